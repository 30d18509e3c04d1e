// diagnosis: spins
// Believed that an engine has nothing better to do while it waits.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WNOHANG, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		try {
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}
	for (;;) {
		const waited = waitpid(pid, WNOHANG);
		if (waited.pid === pid)
			return WIFSIGNALED(waited.status) ? 128 + WTERMSIG(waited.status) : WEXITSTATUS(waited.status);
	}
}
