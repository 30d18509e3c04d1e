// diagnosis: command-runs-twice
// Believed that fork is part of making a namespace, and that only the child counts from then on.
import { CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	if (fork() !== 0) return;
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
