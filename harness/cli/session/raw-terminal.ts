import { execFileSync } from "node:child_process";
import { EXIT } from "../../base/failure.ts";
import { guardTerminal } from "../text/guardian.ts";
import type { Ends } from "./ends.ts";

/** Ctrl-]: three in a row end the session, whatever the guest does. */
const ESCAPE = 0x1d;
const ESCAPES = 3;
export const HOW_TO_ESCAPE = "Ctrl-] three times";

// What a program may have changed that did not come to its end: normal screen, cursor shown, no mouse, no bracketed
// paste, ordinary keys, no colours.
const RESET = ["?1047l", "?25h", "?1000l", "?1002l", "?1003l", "?1004l", "?1006l", "?2004l", "?1l", "?7h", "m"]
	.map((mode) => `\x1b[${mode}`)
	.join("")
	.concat("\x1b>");

/**
 * This process's terminal, as the far end of the guest's: what is typed goes there unread, and what comes is shown
 * untouched. Until the guest listens, it stays as it is.
 */
export function rawTerminal(): Ends {
	const { stdin, stdout } = process;
	// Now, as Ctrl-C would end this stty, too, and then nothing is begun.
	const saved = stty("-g").trim();
	const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
	let leave = () => {};
	let raw = false;
	let resize = () => {};
	let letGo = () => {};
	const restore = () => {
		if (!raw) return;
		raw = false;
		stdout.write(RESET);
		stty(saved);
		letGo();
	};
	const left = new Promise<number>((resolve) => {
		leave = () => resolve(EXIT.interrupted);
	});
	// A terminal that is gone takes nothing more, and says nothing more.
	stdout.on("error", leave);
	process.stderr.on("error", leave);
	stdin.on("error", leave);
	return {
		window: size(),
		left,
		started: (speak) => {
			raw = true;
			letGo = guardTerminal(saved, RESET);
			process.once("exit", restore);
			stty("raw", "-echo");
			resize = () => void speak.resize(size());
			stdout.on("resize", resize);
			// It may have changed since the machine was asked for.
			resize();
			let escapes = 0;
			stdin.on("data", (data: Buffer) => {
				for (const byte of data) {
					escapes = byte === ESCAPE ? escapes + 1 : 0;
					if (escapes === ESCAPES) return leave();
				}
				// Not waited for: a person types little, and must be heard when the guest takes nothing.
				void speak.input(data);
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

// By stty: Node's own raw mode goes on turning line feeds into carriage returns and line feeds, and the guest's
// terminal has done so already.
// Not by zx: the terminal is put right also while this process ends, and nothing is waited for then.
function stty(...args: string[]): string {
	try {
		return execFileSync("stty", args, { stdio: ["inherit", "pipe", "ignore"], encoding: "utf8" });
	} catch {
		return ""; // The terminal is gone.
	}
}
