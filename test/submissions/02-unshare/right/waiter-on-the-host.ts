// Forks first; the parent stays in the host's namespaces, waits and hands the exit code up; the child unshares.
import {
	_exit,
	CLONE_NEWIPC,
	CLONE_NEWUTS,
	fork,
	sethostname,
	unshare,
	WEXITSTATUS,
	WIFEXITED,
	WTERMSIG,
	waitpid,
} from "#kernel";

export function isolate(hostname: string): void {
	const command = fork();
	if (command !== 0) {
		const { status } = waitpid(command);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
	unshare(CLONE_NEWIPC + CLONE_NEWUTS);
	sethostname(hostname);
}
