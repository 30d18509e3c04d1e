// diagnosis: never-ends
import { writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	const line = Buffer.alloc(1 << 20, "All work and no play makes a dull container.\n");
	for (;;) writeSync(1, line);
}
