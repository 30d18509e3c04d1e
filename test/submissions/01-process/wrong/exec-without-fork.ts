// diagnosis: engine-replaced
// Believed that execve starts a process.
import { _exit, execve } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	enter();
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
