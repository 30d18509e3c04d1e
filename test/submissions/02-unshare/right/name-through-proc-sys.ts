// Sets the name by /proc/sys/kernel/hostname, which is the writer's own UTS namespace, and not by sethostname.
import { readFileSync, writeFileSync } from "node:fs";
import { CLONE_NEWIPC, CLONE_NEWUTS, unshare } from "#kernel";

const HOSTNAME = "/proc/sys/kernel/hostname";

export function isolate(hostname: string): void {
	const flags = CLONE_NEWUTS | CLONE_NEWIPC;
	unshare(flags);
	writeFileSync(HOSTNAME, hostname);
	const now = readFileSync(HOSTNAME, "utf8").trim();
	if (now !== hostname) throw new Error(`wanted ${hostname}, the kernel says ${now}`);
}
