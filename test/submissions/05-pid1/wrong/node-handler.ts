// diagnosis: signals-not-passed-on
// misconception: 9
// Believed that a handler runs while waitpid waits; it would need the event loop.
import process from "node:process";
import {
	_exit,
	CLONE_NEWPID,
	fork,
	kill,
	MS_NODEV,
	MS_NOEXEC,
	MS_NOSUID,
	mount,
	SIGTERM,
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
	if (command === 0) return;
	process.on("SIGTERM", () => kill(command, SIGTERM));
	for (;;) {
		const { pid, status } = waitpid(-1);
		if (pid === command) _exit(codeOf(status));
	}
}
