// diagnosis: command-orphaned
// Believed that the process that was forked first is not needed any more.
import { _exit, CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	if (fork() > 0) _exit(0);
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
