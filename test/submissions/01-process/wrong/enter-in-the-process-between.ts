// diagnosis: enter-in-the-process-between
// Believed that it does not matter which process enters: the command is its child, and inherits everything.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

const codeOf = (status: number) => (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));

function waited(start: () => void): number {
	const pid = fork();
	if (pid === 0) {
		start();
		_exit(127);
	}
	return codeOf(waitpid(pid).status);
}

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	return waited(() => {
		enter();
		_exit(
			waited(() => {
				try {
					execve(command[0], command);
				} catch {
					_exit(127);
				}
			}),
		);
	});
}
