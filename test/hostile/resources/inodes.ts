// As many files as there can be.
// diagnosis: exception
// says: ENOSPC
import { closeSync, mkdirSync, openSync } from "node:fs";
import { mount } from "#kernel";

export function isolate(_hostname: string): void {
	mkdirSync("/tmp/few");
	mount("few", "/tmp/few", "tmpfs", 0, "nr_inodes=2000");
	for (let i = 0; ; i++) closeSync(openSync(`/tmp/few/${i}`, "w"));
}
