import { inKit } from "../../harness/base/kit.ts";
import { Screen } from "../../harness/live/screen.ts";
import { END, startOnTerminal, type Terminal } from "./pty.ts";

/** How long the terminal may take to show what a test waits for. */
const PATIENCE_MS = 60_000;

/** A program that uses the whole terminal, and what the terminal shows. */
export interface TerminalPage {
	terminal: Terminal;
	/** The terminal's current rows. */
	rows(): string[];
	/** Types keys, and waits until the terminal's rows match all patterns. */
	press(keys: string, ...patterns: RegExp[]): Promise<void>;
	resize(columns: number, rows: number): void;
	/** The exit code, and whether the terminal's settings are as before. */
	waitForEnd(): Promise<{ code: number; asBefore: boolean }>;
}

/**
 * Starts `drydock` on a terminal of 80 columns and 24 rows. A shell around it prints the exit code, and the terminal's
 * settings before and after.
 */
export function openTerminalPage(...args: string[]): TerminalPage {
	// A typed Ctrl-C interrupts the shell, too. With the trap, the shell lives on and prints the exit code.
	const script = `trap : INT; stty -a; "$@"; echo "code $?"; stty -a; ${END}`;
	const terminal = startOnTerminal("sh", ["-c", script, "sh", process.execPath, inKit("harness/cli/bin.js"), ...args]);
	const screen = new Screen({ columns: 80, rows: 24 });
	let changed = () => {};
	terminal.pty.onData((data) => void screen.write(data).then(() => changed()));
	const rows = () => screen.texts.map((text) => text.trimEnd());
	const until = async (patterns: RegExp[]) => {
		const endMs = performance.now() + PATIENCE_MS;
		const missing = () => {
			const text = rows().join("\n");
			return patterns.filter((pattern) => !pattern.test(text));
		};
		while (missing().length > 0) {
			const leftMs = endMs - performance.now();
			if (leftMs <= 0) throw new Error(`${missing().join(" ")} never came; but\n${rows().join("\n")}`);
			await new Promise<void>((resolve) => {
				changed = resolve;
				setTimeout(resolve, Math.min(leftMs, 1_000)).unref();
			});
		}
	};
	return {
		terminal,
		rows,
		press: async (keys, ...patterns) => {
			terminal.type(keys);
			await until(patterns);
		},
		resize: (columns, rows) => {
			screen.resize({ columns, rows });
			terminal.pty.resize(columns, rows);
		},
		waitForEnd: async () => {
			await terminal.untilEnd();
			const shown = terminal.shown();
			const settings = [...shown.matchAll(/rows \d+; columns \d+;[\s\S]*?-extproc/g)].map(([text]) => text);
			return {
				code: Number(/code (\d+)/.exec(shown)?.[1]),
				asBefore: settings.length === 2 && settings[0] === settings[1],
			};
		},
	};
}
