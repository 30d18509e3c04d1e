// diagnosis: hostname-set-too-early
// Believed that the order does not matter, as both calls are about this process.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	sethostname(hostname);
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
}
