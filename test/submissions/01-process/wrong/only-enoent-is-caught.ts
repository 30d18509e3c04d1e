// Ends the child only for ENOENT; any other refusal (a directory, no x bit) sends the copy of the engine back to its
// caller; breaks "`execve` may be refused ... Catch that, and end the child: `_exit(127)`.".
// diagnosis: second-engine
import { _exit, execve, fork, SyscallError, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const child = fork();
	if (child === 0) {
		enter();
		try {
			execve(command[0], command);
		} catch (error) {
			if (error instanceof SyscallError && error.code === "ENOENT") _exit(127);
			throw error;
		}
	}
	const { status } = waitpid(child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
