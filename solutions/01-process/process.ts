import { writeSync } from "node:fs";
import { _exit, execve, fork, type SyscallError, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

/**
 * Runs a command in a process of its own and waits for its end.
 *
 * @param command the program's path and its arguments
 * @param enter called in the new process, just before it becomes the command; later lessons isolate the process there
 * @returns the command's exit code; 128+n when signal n ended it; 127 when there is no such program, 126 when it cannot be run
 * @throws {SyscallError} EAGAIN, ENOMEM no new process; in the child, whatever `enter` throws
 * @see fork(2), execve(2), waitpid(2)
 */
export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		become(command);
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// When execve fails, this process is still a second engine. So it ends here, with the exit codes that a shell uses.
function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch (error) {
		const { code, message } = error as SyscallError;
		writeSync(2, `box: ${message}\n`);
		_exit(code === "ENOENT" ? 127 : 126);
	}
}
