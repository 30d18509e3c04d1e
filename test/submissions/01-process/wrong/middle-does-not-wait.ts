// diagnosis: command-orphaned
// Believed that a daemon's double fork is the way to start a command.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		if (fork() !== 0) _exit(0);
		enter();
		try {
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
