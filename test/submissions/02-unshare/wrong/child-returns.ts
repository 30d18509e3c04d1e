// diagnosis: command-runs-twice
// Believed that the child goes on as the container; but the parent comes back too, and starts the command once more.
import { CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare, waitpid } from "#kernel";

export function isolate(hostname: string): void {
	const pid = fork();
	if (pid === 0) {
		unshare(CLONE_NEWUTS | CLONE_NEWIPC);
		sethostname(hostname);
		return;
	}
	waitpid(pid);
}
