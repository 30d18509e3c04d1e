// diagnosis: host-files-changed
// Believed that /etc is the container's, as the hostname is.
import { appendFileSync, writeFileSync } from "node:fs";
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	writeFileSync("/etc/hostname", `${hostname}\n`);
	appendFileSync("/etc/hosts", `127.0.1.1 ${hostname}\n`);
}
