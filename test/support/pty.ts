import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { type IPty, spawn } from "@lydell/node-pty";

/** A program on a pseudo-terminal, as a person has it before them. */
export interface Terminal {
	pty: IPty;
	/** All that has come so far. */
	shown(): string;
	/** Types, as keys do: Enter is `\r`. */
	type(keys: string): void;
	/** Waits until what came since the last wait shows this. @returns what came until then */
	until(pattern: RegExp, patienceMs?: number): Promise<string>;
	/** Closes the window: the programs in it get a SIGHUP. */
	close(): void;
	/** Command lines of processes that it has started, directly or not, and that still run. */
	processes(): string[];
	/** The pids of those whose command line is wanted. */
	pids(wanted: (commandLine: string) => boolean): number[];
	/** How the program ended. */
	ended: Promise<{ exitCode: number; signal?: number | undefined }>;
}

const PATIENCE_MS = 60_000;

/** Starts a program on a terminal of 80 columns and 24 rows. */
export function onTerminal(program: string, args: string[], cwd = process.cwd()): Terminal {
	// In the environment of everything that it starts.
	const mark = randomUUID();
	const env = { ...process.env, DRYDOCK_TEST_TERMINAL: mark };
	const pty = spawn(program, args, { cols: 80, rows: 24, name: "xterm-256color", env, cwd });
	let shown = "";
	let from = 0;
	const waiting = new Set<() => void>();
	const look = () => {
		for (const wake of waiting) wake();
	};
	pty.onData((data) => {
		shown += data;
		look();
	});
	const ended = new Promise<{ exitCode: number; signal?: number | undefined }>((resolve) => pty.onExit(resolve));
	ended.then(look);
	return {
		pty,
		ended,
		shown: () => shown,
		type: (keys) => pty.write(keys),
		// Closes the master, as a window does that goes away; the declarations leave it out.
		close: () => (pty as unknown as { destroy(): void }).destroy(),
		processes: () => markedWith(mark).map(({ line }) => line),
		pids: (wanted) => markedWith(mark).flatMap(({ pid, line }) => (wanted(line) ? [pid] : [])),
		until: (pattern, patienceMs = PATIENCE_MS) =>
			new Promise((resolve, reject) => {
				const give = (settle: () => void) => {
					clearTimeout(timer);
					waiting.delete(wake);
					settle();
				};
				const wake = () => {
					const match = pattern.exec(shown.slice(from));
					if (match === null) return;
					const came = shown.slice(from, from + match.index + match[0].length);
					from += came.length;
					give(() => resolve(came));
				};
				const timer = setTimeout(
					() =>
						give(() =>
							reject(new Error(`${pattern} never came; but ${JSON.stringify(shown.slice(from).slice(-4_000))}`)),
						),
					patienceMs,
				);
				waiting.add(wake);
				wake();
			}),
	};
}

function markedWith(mark: string): { pid: number; line: string }[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				if (!readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark)) return [];
				return [{ pid: Number(pid), line: readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ") }];
			} catch {
				return []; // It has ended meanwhile.
			}
		});
}
