// A program that is not there is 127; any other refusal of execve is a failure of the engine's, and 1.
// diagnosis: forbidden-program-code
import { _exit, execve, fork, SyscallError, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		try {
			execve(command[0], command);
		} catch (error) {
			_exit(error instanceof SyscallError && error.code === "ENOENT" ? 127 : 1);
		}
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
