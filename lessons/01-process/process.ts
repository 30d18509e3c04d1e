import { execve } from "#kernel";

/**
 * Runs a command in a process of its own and waits for its end.
 *
 * @param command the program's path and its arguments
 * @param enter called in the new process, just before it becomes the command; later lessons isolate the process there
 * @returns the command's exit code; 128+n when signal n ended it; 127 when there is no such program
 */
export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	// TODO(01.1) make a child with fork, and let only the child do what follows
	enter();
	// TODO(01.2) when execve is refused, it throws: end the child with 127; what enter throws is not caught
	execve(command[0], command);
	// TODO(01.3) in the parent: wait for the child's end
	// TODO(01.4) return its exit code, or 128 + the number of the signal that ended it
}
