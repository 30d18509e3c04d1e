// diagnosis: unshared-too-much
// Believed that every container needs pids of its own, and forked, so that the command is in the new namespace.
import {
	_exit,
	CLONE_NEWIPC,
	CLONE_NEWPID,
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
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID);
	sethostname(hostname);
	const command = fork();
	if (command === 0) return;
	const { status } = waitpid(command);
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}
