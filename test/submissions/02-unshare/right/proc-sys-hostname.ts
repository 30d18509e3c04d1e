// The name by its file: /proc/sys/kernel/hostname is that of the UTS namespace of whoever writes it.
import { writeFileSync } from "node:fs";
import { CLONE_NEWIPC, CLONE_NEWUTS, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS + CLONE_NEWIPC);
	writeFileSync("/proc/sys/kernel/hostname", hostname);
}
