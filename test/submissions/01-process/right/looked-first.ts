// Looks for the program in the new process, after enter has chosen the root directory.
import { existsSync } from "node:fs";
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	console.log("starting", command);
	const pid = fork();
	if (pid === 0) {
		enter();
		if (!existsSync(command[0])) _exit(127);
		become(command);
	}
	for (;;) {
		const waited = waitpid(-1);
		if (waited.pid !== pid) continue;
		return WIFSIGNALED(waited.status) ? 128 + WTERMSIG(waited.status) : WEXITSTATUS(waited.status);
	}
}

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
