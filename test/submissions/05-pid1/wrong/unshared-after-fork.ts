// diagnosis: only-children-moved
// misconception: 1
// Believed that the order of fork and unshare does not matter.
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
	const init = fork();
	if (init !== 0) _exit(codeOf(waitpid(init).status));
	unshare(CLONE_NEWPID);
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
}
