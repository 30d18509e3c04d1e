// What would clear a terminal, rename its window, write to its clipboard and say "passed" in the report's place.
// diagnosis: exception
// harmless: yes
import { writeSync } from "node:fs";

const SEQUENCES = "\x1b[2J\x1b[H\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x9b31m\r✓ passed\b\b\b\x1bc\u202e";

export function isolate(_hostname: string): void {
	for (const fd of [1, 2]) writeSync(fd, `${SEQUENCES}\n`);
	throw Object.assign(new Error(SEQUENCES), { name: SEQUENCES });
}
