import type { Size } from "../../live/events.ts";

const ENTER = "\x1b[?1049h\x1b[?25l";
/**
 * Resets colours, shows the cursor, and leaves the alternate screen. This process sets no other modes; see RESET in
 * raw-terminal.ts for those that a guest's program may set.
 */
const LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l";

/**
 * The escape sequences that turn the page `before` into the page `lines`.
 * @param cursor where to show the cursor; null hides it
 */
export function repaintSequences(
	before: readonly string[],
	lines: readonly string[],
	cursor: { column: number; row: number } | null,
): string {
	const changes = Array.from(
		{ length: Math.max(before.length, lines.length) },
		(_, row) => [row, lines[row] ?? ""] as const,
	)
		.filter(([row, line]) => before[row] !== line)
		.map(([row, line]) => `\x1b[${row + 1};1H\x1b[0m${line}\x1b[0m\x1b[K`);
	const place = cursor === null ? "\x1b[?25l" : `\x1b[${cursor.row + 1};${cursor.column + 1}H\x1b[?25h`;
	return `\x1b[?25l${changes.join("")}${place}`;
}

/** The whole screen of this process's terminal. Shows pages and reports keys until it is closed. */
export class FullScreen {
	readonly #onKeys: (keys: string) => void;
	#lines: string[] = [];
	#open = false;

	/**
	 * @param onKeys called with what is typed, in the pieces in which it arrives
	 * @param onEnd called when nothing more can be typed: the terminal is gone
	 * @param onResize called when the page must be shown anew: the terminal has another size, or Ctrl-Z had stopped this
	 * process
	 */
	constructor(onKeys: (keys: string) => void, onEnd: () => void, onResize: () => void) {
		this.#onKeys = onKeys;
		this.#onEnd = onEnd;
		this.#onResize = () => {
			this.#lines = [];
			process.stdout.write("\x1b[2J");
			onResize();
		};
	}

	readonly #onResize: () => void;
	readonly #onInput = (bytes: Buffer) => this.#onKeys(bytes.toString("utf8"));
	readonly #onEnd: () => void;
	readonly #restore = () => this.close();
	/** Takes the terminal again: Ctrl-Z had stopped this process. */
	readonly #onContinue = () => {
		process.stdin.setRawMode(true);
		process.stdout.write(ENTER);
		this.#onResize();
	};

	get size(): Size {
		const { columns, rows } = process.stdout;
		return { columns: columns || 80, rows: rows || 24 };
	}

	open(): void {
		this.#open = true;
		process.once("exit", this.#restore);
		process.on("SIGCONT", this.#onContinue);
		process.stdout.on("resize", this.#onResize);
		process.stdin.setRawMode(true);
		process.stdin.on("data", this.#onInput);
		process.stdin.once("end", this.#onEnd);
		process.stdin.resume();
		process.stdout.write(ENTER);
	}

	/** Shows a page. Writes only the lines that have changed. */
	show(lines: readonly string[], cursor: { column: number; row: number } | null): void {
		if (!this.#open) return;
		process.stdout.write(repaintSequences(this.#lines, lines, cursor));
		this.#lines = [...lines];
	}

	/** Gives the terminal back and stops this process, as Ctrl-Z does for other programs. */
	stop(): void {
		process.stdout.write(LEAVE);
		process.stdin.setRawMode(false);
		process.kill(process.pid, "SIGTSTP");
	}

	close(): void {
		if (!this.#open) return;
		this.#open = false;
		process.off("exit", this.#restore);
		process.off("SIGCONT", this.#onContinue);
		process.stdout.off("resize", this.#onResize);
		process.stdin.off("data", this.#onInput);
		process.stdin.off("end", this.#onEnd);
		process.stdin.pause();
		if (process.stdin.isTTY && !process.stdin.destroyed) process.stdin.setRawMode(false);
		process.stdout.write(LEAVE);
	}
}
