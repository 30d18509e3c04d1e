// Asks again and again.
import { _exit, execve, fork, WEXITSTATUS, WIFEXITED, WNOHANG, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		become(command);
	}
	let waited = waitpid(pid, WNOHANG);
	while (waited.pid !== pid) {
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
		waited = waitpid(pid, WNOHANG);
	}
	return WIFEXITED(waited.status) ? WEXITSTATUS(waited.status) : 128 + WTERMSIG(waited.status);
}

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
