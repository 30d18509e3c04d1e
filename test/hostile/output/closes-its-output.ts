// diagnosis: uts-shared command-never-ran
import { closeSync } from "node:fs";

export function isolate(_hostname: string): void {
	for (const fd of [0, 1, 2]) closeSync(fd);
}
