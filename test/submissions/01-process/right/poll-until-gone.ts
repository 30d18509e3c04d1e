// Never blocks in waitpid; asks with WNOHANG and sleeps in between, and takes the status apart by hand.
import { _exit, execve, fork, WNOHANG, waitpid } from "#kernel";

const bell = new Int32Array(new SharedArrayBuffer(4));

function sleep(milliseconds: number): void {
	Atomics.wait(bell, 0, 0, milliseconds);
}

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const child = fork();
	if (child > 0) {
		let waited = waitpid(child, WNOHANG);
		while (waited.pid !== child) {
			sleep(5);
			waited = waitpid(child, WNOHANG);
		}
		const signal = waited.status & 0x7f;
		const code = (waited.status & 0xff00) >>> 8;
		return signal === 0 ? code : 128 + signal;
	}
	enter();
	const [path] = command;
	try {
		return execve(path, command);
	} catch {
		return _exit(127);
	}
}
