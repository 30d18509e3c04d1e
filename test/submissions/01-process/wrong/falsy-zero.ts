// diagnosis: success-not-0
// Took an exit code of 0 for no exit code.
import { _exit, execve, fork, waitpid } from "#kernel";

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
	const { status } = waitpid(pid);
	return status >> 8 || 128 + (status & 127);
}
