import { execFileSync } from "node:child_process";
import { EXIT } from "../../base/failure.ts";
import { startTerminalRestorer } from "../text/terminal-restorer.ts";
import type { SessionStreams } from "./session-streams.ts";

/** Ctrl-]: three in a row end the session, whatever the guest does. */
const ESCAPE = 0x1d;
const ESCAPES = 3;
export const HOW_TO_ESCAPE = "Ctrl-] three times";

// Resets what a program that did not end by itself may have changed: shows the normal screen and the cursor, turns
// off reports of the mouse and of the focus, and bracketed paste, wraps long lines again, and resets keys and colours.
const RESET = ["?1047l", "?25h", "?1000l", "?1002l", "?1003l", "?1004l", "?1006l", "?2004l", "?1l", "?7h", "m"]
	.map((mode) => `\x1b[${mode}`)
	.join("")
	.concat("\x1b>");

/**
 * Connects this process's terminal with the guest's. Passes on what is typed, and shows what the guest prints,
 * without changing either. The terminal's settings stay as they are until the guest listens.
 */
export function rawTerminal(): SessionStreams {
	const { stdin, stdout } = process;
	// Reads the settings before anything else begins, because Ctrl-C would also end this stty.
	const saved = stty("-g").trim();
	const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
	let leave = () => {};
	let raw = false;
	let resize = () => {};
	let stopRestorer = () => {};
	const restore = () => {
		if (!raw) return;
		raw = false;
		stdout.write(RESET);
		stty(saved);
		stopRestorer();
	};
	const endedByUser = new Promise<number>((resolve) => {
		leave = () => resolve(EXIT.interrupted);
	});
	// These errors mean that the terminal is gone.
	stdout.on("error", leave);
	process.stderr.on("error", leave);
	stdin.on("error", leave);
	return {
		window: size(),
		endedByUser,
		started: (guest) => {
			raw = true;
			stopRestorer = startTerminalRestorer(saved, RESET);
			process.once("exit", restore);
			stty("raw", "-echo");
			resize = () => void guest.resize(size());
			stdout.on("resize", resize);
			// The size may have changed since the machine was asked for.
			resize();
			let escapes = 0;
			stdin.on("data", (data: Buffer) => {
				for (const byte of data) {
					escapes = byte === ESCAPE ? escapes + 1 : 0;
					if (escapes === ESCAPES) return leave();
				}
				// Not awaited: a person types little, and the escape keys must work even while the guest takes nothing.
				void guest.input(data);
			});
			stdin.on("end", leave);
		},
		output: (_stream, data) =>
			new Promise((resolve) => {
				stdout.write(data, () => resolve());
			}),
		close: () => {
			stdout.off("resize", resize);
			stdin.destroy();
			process.off("exit", restore);
			restore();
		},
	};
}

// Uses stty because Node's raw mode still turns each line feed into a carriage return and a line feed. The guest's
// terminal has already done this.
// Without zx: the terminal is also restored while this process exits, when nothing can be awaited.
function stty(...args: string[]): string {
	try {
		return execFileSync("stty", args, { stdio: ["inherit", "pipe", "ignore"], encoding: "utf8" });
	} catch {
		return ""; // The terminal is gone.
	}
}
