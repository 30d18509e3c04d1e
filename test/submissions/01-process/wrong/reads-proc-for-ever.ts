// diagnosis: spins
// Watches the child's state in /proc, without a pause, and only then calls waitpid.
import { readFileSync } from "node:fs";
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

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
	while (!/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
