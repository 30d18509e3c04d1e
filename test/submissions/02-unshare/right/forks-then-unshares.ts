// Forks once more: the child unshares and becomes the command, the parent waits and hands its exit code up.
import {
	_exit,
	CLONE_NEWIPC,
	CLONE_NEWUTS,
	fork,
	sethostname,
	unshare,
	WEXITSTATUS,
	WIFSIGNALED,
	WTERMSIG,
	waitpid,
} from "#kernel";

export function isolate(hostname: string): void {
	const child = fork();
	if (child > 0) {
		const { status } = waitpid(child);
		_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	}
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
