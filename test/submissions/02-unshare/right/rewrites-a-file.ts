// Writes a file of the host anew, with the same content, and notes elsewhere what it does.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	writeFileSync("/etc/hosts", readFileSync("/etc/hosts"));
	appendFileSync("/tmp/isolate.log", `${hostname}\n`);
	appendFileSync("/root/isolate.log", `${hostname}\n`);
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
