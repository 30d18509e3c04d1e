// A process between, which passes on what it has heard.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const middle = fork();
	if (middle === 0) {
		const pid = fork();
		if (pid === 0) {
			enter();
			become(command);
		}
		_exit(reported(waitpid(pid).status));
	}
	return reported(waitpid(middle).status);
}

const reported = (status: number) => (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
