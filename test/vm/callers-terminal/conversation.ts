import type { Guest } from "../../support/guest.ts";

/** A script of bash(1) on a new terminal, and what is typed once it has shown something. */
export interface Conversation {
	name: string;
	script: string;
	types: [shown: string, keys: string][];
}

/**
 * Runs in the guest: plays conversations one after the other. The script's last line says "code" and its exit code.
 * Prints a line for each: what its terminal showed, and whether the terminal has its old settings at the end.
 */
export function playConversations({ k, fs }: Guest, conversations: Conversation[]) {
	const PATIENCE_MS = 120_000;
	const cell = new Int32Array(new SharedArrayBuffer(4));
	const { O_RDWR, O_NOCTTY, O_NONBLOCK } = fs.constants;

	const play = ({ name, script, types }: Conversation) => {
		const master = fs.openSync("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
		k.ioctl(master, k.TIOCSPTLCK, 0);
		const slave = k.ioctl(master, k.TIOCGPTPEER, O_RDWR | O_NOCTTY);
		k.ioctl(slave, k.TIOCSWINSZ, { rows: 33, columns: 101 });
		const before = JSON.stringify(k.tcgetattr(slave));
		const shell = k.fork();
		if (shell === 0) {
			k.setsid();
			k.ioctl(slave, k.TIOCSCTTY, 0);
			for (const fd of [0, 1, 2]) k.dup2(slave, fd);
			k.execve("/bin/bash", ["bash", "-c", `trap : INT; ${script}; echo "code $?"; exec sleep 1000`]);
		}
		let shown = "";
		const until = (text: string) => {
			for (const endMs = Date.now() + PATIENCE_MS; !shown.includes(text) && Date.now() < endMs; ) {
				try {
					const bytes = Buffer.alloc(4_096);
					shown += bytes.toString("utf8", 0, fs.readSync(master, bytes));
				} catch {
					Atomics.wait(cell, 0, 0, 20); // There is nothing to read.
				}
			}
		};
		for (const [text, keys] of types) {
			until(text);
			fs.writeSync(master, keys);
		}
		until("code ");
		const restored = JSON.stringify(k.tcgetattr(slave)) === before;
		k.kill(shell, k.SIGKILL);
		k.waitpid(shell);
		for (const fd of [master, slave]) fs.closeSync(fd);
		// With -t alone, the container's terminal and the caller's each add a carriage return.
		return { name, shown: shown.replace(/\r+\n/g, "\n").replace(/(code \d+)[\s\S]*/, "$1"), restored };
	};
	for (const conversation of conversations) fs.writeSync(1, `${JSON.stringify(play(conversation))}\n`);
}
