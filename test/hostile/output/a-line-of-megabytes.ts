// diagnosis: uts-shared
import { writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	const line = Buffer.alloc(8 << 20, "a");
	for (let sent = 0; sent < line.length; ) sent += writeSync(1, line, sent);
}
