// Takes the status apart without the macros, and always leaves by _exit.
import { _exit, execve, fork, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	switch (fork()) {
		case 0:
			enter();
			try {
				execve(command[0], command, { ...process.env, container: "box" });
			} catch (error) {
				console.error(String(error));
			} finally {
				_exit(127);
			}
	}
	const { status } = waitpid(-1);
	return (status & 0x7f) === 0 ? status >> 8 : 128 + (status & 0x7f);
}
