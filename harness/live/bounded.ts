/**
 * What a shell says to a terminal may be anybody's, and a terminal obeys: a few characters have it repeat one thing two
 * billion times, and meanwhile it hears nobody.
 */

/** Whatever emulates a terminal: @xterm/headless, and @xterm/xterm. */
interface Emulator {
	readonly parser: {
		registerCsiHandler(id: { final: string }, obeyed: (numbers: (number | number[])[]) => boolean): unknown;
	};
	write(data: string, done: () => void): void;
}

/** REP, IL, DL, SU, SD, CHT, CBT. All others do their work once, however large their number is. */
const REPEATING = ["b", "L", "M", "S", "T", "I", "Z"];
/** So much is obeyed at once; then keys and signals are heard. */
const PIECE_CHARS = 1 << 10;
/** In a piece, things are repeated so often in sum; what would be more is not obeyed. */
const REPEATS_MAX = 2_000;

/** An emulator that is done with every text soon. */
export class Bounded {
	readonly #emulator: Emulator;
	#repeats = 0;

	constructor(emulator: Emulator) {
		this.#emulator = emulator;
		for (const final of REPEATING)
			emulator.parser.registerCsiHandler({ final }, ([number]) => {
				const repeats = typeof number === "number" ? number : 1;
				if (this.#repeats + repeats > REPEATS_MAX) return true;
				this.#repeats += repeats;
				return false;
			});
	}

	/** Settles when a piece has been obeyed. */
	write(piece: string): Promise<void> {
		return new Promise((resolve) =>
			this.#emulator.write(piece, () => {
				this.#repeats = 0;
				resolve();
			}),
		);
	}
}

/** A text as pieces that are obeyed one after the other. */
export function* piecesOf(data: string): Generator<string> {
	for (let at = 0; at < data.length; at += PIECE_CHARS) yield data.slice(at, at + PIECE_CHARS);
}
