// diagnosis: never-ends
import { writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	for (;;) writeSync(2, Buffer.alloc(1 << 16, "e"));
}
