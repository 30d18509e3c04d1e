// diagnosis: namespace-is-over
// misconception: 1
// Believed that the first child makes the namespace, and that the next ones live in it.
import {
	_exit,
	CLONE_NEWPID,
	fork,
	MS_NODEV,
	MS_NOEXEC,
	MS_NOSUID,
	mount,
	unshare,
	WEXITSTATUS,
	WIFSIGNALED,
	WTERMSIG,
	waitpid,
} from "#kernel";

const codeOf = (status: number) => (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));

export function enterPidNamespace(): void {
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init === 0) {
		mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
		_exit(0);
	}
	waitpid(init);
	const command = fork();
	if (command !== 0) _exit(codeOf(waitpid(command).status));
}
