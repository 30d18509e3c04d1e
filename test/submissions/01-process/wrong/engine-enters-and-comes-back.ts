// Calls enter in the engine, forks, and moves the engine back; breaks "Only the child goes on to `enter` and `execve`"
// and "its own process stays on the host, in the host's namespaces".
// diagnosis: engine-left-host
import { closeSync, openSync } from "node:fs";
import { _exit, CLONE_NEWUTS, execve, fork, setns, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const home = openSync("/proc/self/ns/uts", "r");
	enter(); // the child will inherit all of it
	const child = fork();
	if (child === 0) {
		try {
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}
	setns(home, CLONE_NEWUTS);
	closeSync(home);
	const { status } = waitpid(child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
