// Starts the command with an environment of its own making; breaks "`box` ... passes everything through untouched".
// diagnosis: environment-changed
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const child = fork();
	if (child === 0) {
		enter();
		try {
			execve(command[0], command, { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" });
		} catch {
			_exit(127);
		}
	}
	const { status } = waitpid(child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
