// The child tells why execve was refused through an unlinked file that both have open, and the parent closes it.
import { closeSync, fstatSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { _exit, execve, fork, SyscallError, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const path = `/tmp/box-${process.pid}-${Date.now()}`;
	const note = openSync(path, "wx+", 0o600); // Node opens with O_CLOEXEC: the command does not get it
	unlinkSync(path);

	const child = fork();
	if (child === 0) {
		enter();
		try {
			execve(command[0], [...command]);
		} catch (error) {
			writeSync(note, error instanceof SyscallError ? error.code : String(error), 0);
			_exit(127);
		}
	}

	try {
		const { status } = waitpid(child);
		if (fstatSync(note).size > 0) {
			const copy = openSync(`/proc/self/fd/${note}`, "r");
			const why = readFileSync(copy, "utf8");
			closeSync(copy);
			console.error(`box: ${command[0]}: ${why}`);
			return 127;
		}
		return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	} finally {
		closeSync(note);
	}
}
