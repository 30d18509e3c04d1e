// diagnosis: command-is-pid-1
// misconception: 9
// Believed that any program can be pid 1.
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
	const command = fork();
	if (command !== 0) _exit(codeOf(waitpid(command).status));
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
}
