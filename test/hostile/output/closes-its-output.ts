// diagnosis: uts-shared
import { closeSync } from "node:fs";

export function isolate(_hostname: string): void {
	for (const fd of [1, 2]) closeSync(fd);
}
