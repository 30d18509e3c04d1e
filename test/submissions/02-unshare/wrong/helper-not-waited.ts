// diagnosis: zombie-left
// Believed that a helper which ends at once needs no waiting for.
import { _exit, CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare } from "#kernel";

if (fork() === 0) _exit(0);

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
