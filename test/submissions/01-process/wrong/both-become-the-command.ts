// diagnosis: command-runs-twice
// Believed that a second child is a spare, in case that the first one fails.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const [pid, spare] = [start(), start()];
	const { status } = waitpid(pid);
	waitpid(spare);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

	function start(): number {
		const child = fork();
		if (child !== 0) return child;
		enter();
		try {
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}
}
