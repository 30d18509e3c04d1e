// diagnosis: exit-code-not-handed-up
// Believed that the engine hears how the command ends, whoever has forked it.
import { _exit, CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare, waitpid } from "#kernel";

export function isolate(hostname: string): void {
	const child = fork();
	if (child > 0) {
		waitpid(child);
		_exit(0);
	}
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
