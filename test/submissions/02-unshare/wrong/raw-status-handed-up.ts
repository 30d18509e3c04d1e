// Its waiter ends with the wait status in place of the code, so the lowest 8 bits, 0, go up; breaks "it ... must hand
// up the command's exit code.".
// diagnosis: exit-code-not-handed-up
import { _exit, CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare, waitpid } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	const command = fork();
	if (command !== 0) {
		const { status } = waitpid(command);
		_exit(status);
	}
}
