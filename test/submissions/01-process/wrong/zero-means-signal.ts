// Takes an exit code of 0 for "a signal ended it" and returns 128; breaks "Otherwise return the exit code.".
// diagnosis: success-not-0
import { _exit, execve, fork, WEXITSTATUS, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const child = fork();
	if (child === 0) {
		enter();
		try {
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}
	const { status } = waitpid(child);
	return WEXITSTATUS(status) || 128 + WTERMSIG(status);
}
