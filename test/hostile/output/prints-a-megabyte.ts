// diagnosis: none
import { writeSync } from "node:fs";
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	for (let i = 0; i < 16; i++) writeSync(1, Buffer.alloc(1 << 16, "x"));
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
