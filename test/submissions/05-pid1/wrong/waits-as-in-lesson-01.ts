// diagnosis: wait-interrupted
// misconception: 9
// Believed that an init only has to wait.
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
	if (init !== 0) _exit(codeOf(waitpid(init).status));
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
	const command = fork();
	if (command !== 0) _exit(codeOf(waitpid(command).status));
}
