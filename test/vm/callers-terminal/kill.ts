import type { Guest } from "../../support/guest.ts";

/** A way to end a container with a terminal. */
export interface Kill {
	signal?: NodeJS.Signals;
	/** Processes of box; its whole process group; or what the terminal does. */
	whom: readonly string[] | "group" | "nobody" | "Ctrl-C" | "hang-up";
	/** Whether the command ends by itself first. */
	ending?: boolean;
	/** From 0 to 1. Up to 0.5: while box makes the container; then: while the command runs. */
	moment: number;
	/** Whether the caller gives box a process group of its own, as a shell at a prompt does. */
	jobControl: boolean;
}

/**
 * Runs in the guest. For each kill: starts `box run -it` on a new terminal, as a shell does, kills, and waits until
 * everything has ended. Prints a line for each kill.
 */
export function playKills({ k, fs }: Guest, kills: Kill[]) {
	const RUNS_MS = 600;
	const PATIENCE_MS = 60_000;
	const ERASE_CHARACTER = 3;

	const cell = new Int32Array(new SharedArrayBuffer(4));
	const sleep = (ms: number) => void Atomics.wait(cell, 0, 0, ms);
	const read = (path: string) => {
		try {
			return fs.readFileSync(path, "utf8");
		} catch {
			return ""; // The process is gone.
		}
	};
	const childrenOf = (pid: number) => read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
	const descendantsOf = (pid: number): number[] => childrenOf(pid).flatMap((one) => [one, ...descendantsOf(one)]);
	/** Fields of proc_pid_stat(5), from the third one: state, parent, group, session, terminal, foreground. */
	const stat = (pid: number) => read(`/proc/${pid}/stat`).replace(/.*\) /, "").split(" ");
	const lineOf = (pid: number) => read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();

	// What box leaves becomes a child of this process.
	k.prctl(k.PR_SET_CHILD_SUBREAPER, 1);
	const { O_RDWR, O_NOCTTY, O_NONBLOCK } = fs.constants;
	const ROLES = ["box", "shim", "engine", "serve", "outer", "init", "command"];
	/** How long box takes here, until its command runs. */
	let startsMs = 0;

	const play = ({ signal, whom, ending, moment, jobControl }: Kill) => {
		const master = fs.openSync("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
		k.ioctl(master, k.TIOCSPTLCK, 0);
		const slave = k.ioctl(master, k.TIOCGPTPEER, O_RDWR | O_NOCTTY);
		k.ioctl(slave, k.TIOCSWINSZ, { rows: 24, columns: 80 });
		// A setting that most terminals do not have.
		const settings = k.tcgetattr(slave);
		settings.rest[ERASE_CHARACTER] = 8;
		k.tcsetattr(slave, k.TCSANOW, settings);
		const before = JSON.stringify(k.tcgetattr(slave));

		const command = ending === true || whom === "nobody" ? "echo up; exit 7" : "echo up; read -r _; exit 7";
		const script = `trap : INT; ${jobControl ? "set -m; " : ""}box run -it /lab/rootfs sh -c '${command}'; echo "code $?"; exec sleep 1000`;
		const caller = k.fork();
		if (caller === 0) {
			k.setsid();
			k.ioctl(slave, k.TIOCSCTTY, 0);
			for (const fd of [0, 1, 2]) k.dup2(slave, fd);
			// Not bash: with `set -m`, it ends as soon as a command has died of SIGINT, whatever its trap says.
			k.execve("/bin/dash", ["dash", "-c", script]);
		}

		let shown = "";
		const look = () => {
			try {
				const bytes = Buffer.alloc(4_096);
				shown += bytes.toString("utf8", 0, fs.readSync(master, bytes));
			} catch {
				// There is nothing to read.
			}
			return shown;
		};
		const until = (isSo: () => boolean, patienceMs: number) => {
			const endMs = Date.now() + patienceMs;
			while (!isSo() && Date.now() < endMs) sleep(20);
			return isSo();
		};
		const isUp = () => /^up/m.test(look());
		const hasEnded = () => /^code \d+/m.test(look());

		// The processes of box, from the top. The one that restores the terminal has another session, and so has the command.
		const chain = () => {
			const found = childrenOf(caller).slice(0, 1);
			for (;;) {
				const below = childrenOf(found.at(-1) ?? 0);
				const next = below.find((child) => found.length >= ROLES.length - 1 || Number(stat(child)[3]) === caller);
				if (next === undefined) return found;
				found.push(next);
			}
		};
		const tryKill = (pid: number) => {
			try {
				k.kill(
					pid,
					{ SIGKILL: k.SIGKILL, SIGTERM: k.SIGTERM, SIGHUP: k.SIGHUP, SIGINT: k.SIGINT }[String(signal)] ?? 0,
				);
			} catch {
				// It has just ended.
			}
		};

		const early = moment < 0.5 && ending !== true && whom !== "nobody";
		if (early) until(isUp, moment * 2 * startsMs);
		else {
			until(isUp, PATIENCE_MS);
			sleep((moment * 2 - 1) * RUNS_MS);
		}
		const settingsThen = k.tcgetattr(slave).c_lflag & 1 ? "cooked" : "raw";
		until(() => chain().length > 0, PATIENCE_MS);
		const then = chain();
		const killed: string[] = [];
		if (whom === "hang-up") fs.closeSync(master);
		else if (whom === "Ctrl-C") fs.writeSync(master, "\u0003");
		else if (whom === "group") tryKill(-(then[0] as number));
		else if (whom !== "nobody")
			for (const who of whom) {
				// At an early moment, not all of them are there.
				const place = Math.min(ROLES.indexOf(who), then.length - 1);
				killed.push(ROLES[place] as string);
				tryKill(then[place] as number);
			}
		// A signal that somebody blocks ends nothing. Then the command gets its line.
		const endedByThat = whom === "hang-up" || until(hasEnded, 3_000);
		if (!endedByThat && !until(hasEnded, 0)) {
			until(() => isUp() || hasEnded(), PATIENCE_MS);
			if (!hasEnded()) fs.writeSync(master, "\r");
		}
		if (whom !== "hang-up") until(hasEnded, PATIENCE_MS);

		const left = () => {
			for (;;) {
				try {
					if (k.waitpid(-1, k.WNOHANG).pid === 0) break;
				} catch {
					break; // No child is left.
				}
			}
			return descendantsOf(process.pid).filter((pid) => pid !== caller && stat(pid)[0] !== "Z");
		};
		until(() => left().length === 0, PATIENCE_MS);
		const state = () => {
			try {
				return JSON.stringify(k.tcgetattr(slave)) === before ? "as before" : "changed";
			} catch {
				return "none";
			}
		};
		const foreground = Number(stat(caller)[5] ?? -1);
		const place = foreground === caller ? "the caller" : foreground > 0 ? "another group" : "none";
		const result = {
			state: { settings: state(), foreground: place, left: left().map(lineOf) },
			// For a message.
			...{ killed, endedByThat, settingsThen, code: /^code (\d+)/m.exec(shown)?.[1] },
		};
		try {
			k.kill(caller, k.SIGKILL);
			k.waitpid(caller);
		} catch {
			// The hang-up has ended it.
		}
		fs.closeSync(slave);
		if (whom !== "hang-up") fs.closeSync(master);
		return result;
	};

	// The first one shows how long it takes.
	play({ whom: "nobody", moment: 1, jobControl: true });
	const startedMs = Date.now();
	play({ whom: "nobody", moment: 0.5, jobControl: false });
	startsMs = Date.now() - startedMs;
	for (const kill of kills) fs.writeSync(1, `${JSON.stringify(play(kill))}\n`);
}
