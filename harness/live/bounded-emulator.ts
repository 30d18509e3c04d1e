/**
 * A shell's output may come from anybody, and a terminal emulator obeys the control sequences in it. A few characters
 * can make it repeat an action two billion times. Meanwhile the emulator's process handles nothing else. This module
 * bounds such repetitions.
 */

/** A terminal emulator: @xterm/headless or @xterm/xterm. */
interface Emulator {
	readonly parser: {
		registerCsiHandler(id: { final: string }, handler: (numbers: (number | number[])[]) => boolean): unknown;
	};
	write(data: string, done: () => void): void;
}

/**
 * The final characters of the CSI sequences REP, IL, DL, SU, SD, CHT and CBT. All other sequences act once, however
 * large their parameter is.
 */
const REPEATING = ["b", "L", "M", "S", "T", "I", "Z"];
/** How many characters the emulator handles at once. Keys and signals are handled between two pieces. */
const PIECE_CHARS = 1 << 10;
/** How many repetitions one piece may cause in all. A sequence that would exceed this is ignored. */
const REPETITIONS_MAX = 2_000;

/** A terminal emulator that handles every text in bounded time. */
export class BoundedEmulator {
	readonly #emulator: Emulator;
	/** How many repetitions the current piece has caused. */
	#repeats = 0;

	constructor(emulator: Emulator) {
		this.#emulator = emulator;
		for (const final of REPEATING)
			emulator.parser.registerCsiHandler({ final }, ([number]) => {
				const repeats = typeof number === "number" ? number : 1;
				if (this.#repeats + repeats > REPETITIONS_MAX) return true;
				this.#repeats += repeats;
				return false;
			});
	}

	/** Writes a piece. Settles when the emulator has handled it. */
	write(piece: string): Promise<void> {
		return new Promise((resolve) =>
			this.#emulator.write(piece, () => {
				this.#repeats = 0;
				resolve();
			}),
		);
	}
}

/** Splits a text into pieces, which are to be written one after the other. */
export function* piecesOf(data: string): Generator<string> {
	for (let at = 0; at < data.length; at += PIECE_CHARS) yield data.slice(at, at + PIECE_CHARS);
}
