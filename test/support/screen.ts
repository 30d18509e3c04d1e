import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { spawn } from "@lydell/node-pty";

/** A program on a terminal of its own, as a person has it. */
export interface Terminal {
	/** What has been shown since the last {@link Terminal.forget}, without colours and movements. */
	shown(): string;
	/** Forgets what has been shown. */
	forget(): void;
	type(keys: string): void;
	resize(columns: number, rows: number): void;
	/** Closes the window: the programs in it get a SIGHUP. */
	close(): void;
	/** Waits until something is shown. @throws {Error} it is not; says what is */
	see(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
	/** Settles with the exit code when the program has ended. */
	ended: Promise<number>;
	/** Command lines of processes that it has started, directly or not, and that still run. */
	processes(): string[];
}

const SEE_MS = 90_000;
const LOOK_MS = 50;

/** Starts a program on a new pseudo-terminal. @see pty(7) */
export function terminal(argv: [string, ...string[]], cwd: string, size = { cols: 80, rows: 40 }): Terminal {
	// In the environment of everything that it starts.
	const mark = randomUUID();
	const [program, ...args] = argv;
	const env = { ...process.env, TERM: "xterm-256color", DRYDOCK_TEST_TERMINAL: mark };
	const pty = spawn(program, args, { ...size, cwd, env });
	let text = "";
	pty.onData((data) => {
		text += data;
	});
	const shown = () => stripVTControlCharacters(text).replaceAll("\r", "");
	return {
		shown,
		forget: () => {
			text = "";
		},
		type: (keys) => pty.write(keys),
		resize: (columns, rows) => pty.resize(columns, rows),
		// Closes the master, as a window does that goes away; the declarations leave it out.
		close: () => (pty as unknown as { destroy(): void }).destroy(),
		see: async (pattern, timeoutMs = SEE_MS) => {
			for (const endMs = performance.now() + timeoutMs; performance.now() < endMs; ) {
				const found = pattern.exec(shown());
				if (found !== null) return found;
				await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
			}
			throw new Error(`${pattern} was not shown, but:\n${shown()}`);
		},
		ended: new Promise((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode))),
		processes: () => markedWith(mark),
	};
}

function markedWith(mark: string): string[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				if (!readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark)) return [];
				return [readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")];
			} catch {
				return []; // It has ended meanwhile.
			}
		});
}
