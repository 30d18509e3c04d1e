import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { type IPty, spawn } from "@lydell/node-pty";

/** A program on a pseudo-terminal, as a person would use it. */
export interface Terminal {
	pty: IPty;
	/** All output so far. */
	shown(): string;
	/** Types keys. Enter is `\r`. */
	type(keys: string): void;
	/**
	 * Waits until the output since the last wait matches.
	 * @returns this output up to the end of the match
	 * @throws {Error} there is no match within `patienceMs`
	 */
	until(pattern: RegExp, patienceMs?: number): Promise<string>;
	/** Waits until a script that ends with {@link END} has reached its end, and lets it exit. */
	untilEnd(): Promise<void>;
	/** Closes the terminal's window: its programs get SIGHUP. */
	close(): void;
	/** Command lines of the program and of all processes that it has started, directly or indirectly, while they run. */
	processes(): string[];
	/** Pids of the same processes, but only of those whose command line `wanted` accepts. */
	pids(wanted: (commandLine: string) => boolean): number[];
	/** Resolves when the program has ended. */
	ended: Promise<{ exitCode: number; signal?: number | undefined }>;
}

const PATIENCE_MS = 60_000;

/**
 * The last commands of a shell script. Output that is unread when the script ends can get lost on a busy computer, so
 * the script waits until it has been read.
 */
export const END = 'echo "the end"; read -r _';

/** Starts a program on a terminal of 80 columns and 24 rows. */
export function startOnTerminal(program: string, args: string[], cwd = process.cwd()): Terminal {
	// The program has this variable, and all processes that it starts inherit it.
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
		// Closes the master, as a window does when it is closed. The method is missing in the type declarations.
		close: () => (pty as unknown as { destroy(): void }).destroy(),
		processes: () => processesWithMark(mark).map(({ line }) => line),
		pids: (wanted) => processesWithMark(mark).flatMap(({ pid, line }) => (wanted(line) ? [pid] : [])),
		until,
		untilEnd: async () => {
			await until(/the end/);
			pty.write("\n");
			await ended;
		},
	};

	function until(pattern: RegExp, patienceMs = PATIENCE_MS): Promise<string> {
		return new Promise((resolve, reject) => {
			const give = (settle: () => void) => {
				clearTimeout(timer);
				waiting.delete(wake);
				settle();
			};
			const wake = () => {
				const match = pattern.exec(shown.slice(from));
				if (match === null) return;
				const output = shown.slice(from, from + match.index + match[0].length);
				from += output.length;
				give(() => resolve(output));
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
		});
	}
}

function processesWithMark(mark: string): { pid: number; line: string }[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				if (!readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark)) return [];
				return [{ pid: Number(pid), line: readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ") }];
			} catch {
				return []; // The process has ended meanwhile.
			}
		});
}
