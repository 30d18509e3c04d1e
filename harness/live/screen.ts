import headless from "@xterm/headless";
import { BoundedEmulator, piecesOf } from "./bounded-emulator.ts";
import type { Size } from "./events.ts";

type Cell = NonNullable<
	ReturnType<NonNullable<ReturnType<headless.Terminal["buffer"]["active"]["getLine"]>>["getCell"]>
>;

/** A run of characters that look the same. */
export interface StyledText {
	text: string;
	bold: boolean;
	dim: boolean;
	underline: boolean;
	inverse: boolean;
	/** Colours as parameters of SGR, such as `38;5;4`; empty for the terminal's own. */
	color: string;
}

/** The screen of a shell's terminal, emulated in memory. */
export class Screen {
	#terminal: headless.Terminal;
	#emulator: BoundedEmulator;
	#lastWrite: Promise<void> = Promise.resolve();
	#closed = false;

	constructor(size: Size) {
		this.#terminal = newTerminal(size);
		this.#emulator = new BoundedEmulator(this.#terminal);
	}

	get size(): Size {
		return { columns: this.#terminal.cols, rows: this.#terminal.rows };
	}

	/** Where the next character goes. Column and row count from 0. */
	get cursor(): { column: number; row: number } {
		const { cursorX, cursorY } = this.#terminal.buffer.active;
		return { column: cursorX, row: cursorY };
	}

	/**
	 * Writes output to the terminal. Settles when the screen shows it, or when the screen was cleared or closed
	 * meanwhile.
	 */
	write(data: string): Promise<void> {
		const bounded = this.#emulator;
		this.#lastWrite = this.#lastWrite.then(async () => {
			for (const piece of piecesOf(data)) if (!this.#closed && bounded === this.#emulator) await bounded.write(piece);
		});
		return this.#lastWrite;
	}

	/** Clears the screen. */
	clear(): void {
		const { size } = this;
		this.#disposeLater();
		this.#terminal = newTerminal(size);
		this.#emulator = new BoundedEmulator(this.#terminal);
	}

	resize({ columns, rows }: Size): void {
		if (!this.#closed) this.#terminal.resize(columns, rows);
	}

	/** Its rows, from top to bottom, as texts. */
	get texts(): string[] {
		return this.rows.map((row) => row.map(({ text }) => text).join(""));
	}

	/** Its rows, from top to bottom. */
	get rows(): StyledText[][] {
		const { active } = this.#terminal.buffer;
		return Array.from({ length: this.#terminal.rows }, (_, index) => {
			const line = active.getLine(active.baseY + index);
			const row: StyledText[] = [];
			for (let column = 0; column < this.#terminal.cols; column++) {
				const cell = line?.getCell(column);
				// The second half of a wide character.
				if (cell === undefined || cell.getWidth() === 0) continue;
				const next = styledText(cell);
				const last = row.at(-1);
				if (last !== undefined && looksLike(last, next)) last.text += next.text;
				else row.push(next);
			}
			return row;
		});
	}

	/** Ends the emulation: from now on, `write` and `resize` do nothing. */
	close(): void {
		this.#closed = true;
		this.#disposeLater();
	}

	// Disposes of the terminal as soon as everything that was written before has been handled.
	#disposeLater(): void {
		const terminal = this.#terminal;
		this.#lastWrite = this.#lastWrite.then(() => terminal.dispose());
	}
}

const newTerminal = ({ columns, rows }: Size) =>
	new headless.Terminal({ cols: columns, rows, scrollback: 200, allowProposedApi: true });

function styledText(cell: Cell): StyledText {
	return {
		text: cell.getChars() || " ",
		bold: cell.isBold() !== 0,
		dim: cell.isDim() !== 0,
		underline: cell.isUnderline() !== 0,
		inverse: cell.isInverse() !== 0,
		color: [
			sgr(38, cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
			sgr(48, cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
		]
			.filter(Boolean)
			.join(";"),
	};
}

function sgr(ground: 38 | 48, isDefault: boolean, isRgb: boolean, color: number): string {
	if (isDefault) return "";
	return isRgb ? `${ground};2;${color >> 16};${(color >> 8) & 0xff};${color & 0xff}` : `${ground};5;${color}`;
}

function looksLike(one: StyledText, other: StyledText): boolean {
	return (["bold", "dim", "underline", "inverse", "color"] as const).every((key) => one[key] === other[key]);
}
