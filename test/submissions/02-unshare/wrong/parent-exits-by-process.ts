// diagnosis: child-crashed
// Believed that process.exit ends a forked process with the code that it is given.
import { CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare, WEXITSTATUS, waitpid } from "#kernel";

export function isolate(hostname: string): void {
	const child = fork();
	if (child > 0) process.exit(WEXITSTATUS(waitpid(child).status));
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
