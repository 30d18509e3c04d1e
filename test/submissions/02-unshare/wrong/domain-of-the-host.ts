// The domain name is set before unshare: it is the host's that changes.
// diagnosis: host-domain-renamed
import { writeFileSync } from "node:fs";
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	writeFileSync("/proc/sys/kernel/domainname", "box.internal");
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
