// Adds the new name to /etc/hosts, which is the host's file; breaks "And leave the host's files alone".
// diagnosis: host-files-changed
import { appendFileSync } from "node:fs";
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	// So that the name can be resolved, too.
	appendFileSync("/etc/hosts", `127.0.1.1\t${hostname}\n`);
}
