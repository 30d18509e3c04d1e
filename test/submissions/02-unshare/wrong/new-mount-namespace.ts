// diagnosis: unshared-too-much
// Believed that a new hostname comes with files of its own.
import { CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS);
	sethostname(hostname);
}
