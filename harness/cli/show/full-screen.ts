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
export function repaint(
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
	readonly #taken: (keys: string) => void;
	#lines: string[] = [];
	#open = false;

	/**
	 * @param taken called with what is typed, in the pieces in which it arrives
	 * @param resized called when the page must be shown anew: the terminal has another size, or Ctrl-Z had stopped this
	 * process
	 */
	constructor(taken: (keys: string) => void, resized: () => void) {
		this.#taken = taken;
		this.#resized = () => {
			this.#lines = [];
			process.stdout.write("\x1b[2J");
			resized();
		};
	}

	readonly #resized: () => void;
	readonly #heard = (bytes: Buffer) => this.#taken(bytes.toString("utf8"));
	readonly #ended = () => this.#taken("q");
	readonly #restore = () => this.close();
	/** Takes the terminal again: Ctrl-Z had stopped this process. */
	readonly #continued = () => {
		process.stdin.setRawMode(true);
		process.stdout.write(ENTER);
		this.#resized();
	};

	get size(): Size {
		const { columns, rows } = process.stdout;
		return { columns: columns || 80, rows: rows || 24 };
	}

	open(): void {
		this.#open = true;
		process.once("exit", this.#restore);
		process.on("SIGCONT", this.#continued);
		process.stdout.on("resize", this.#resized);
		process.stdin.setRawMode(true);
		process.stdin.on("data", this.#heard);
		process.stdin.once("end", this.#ended);
		process.stdin.resume();
		process.stdout.write(ENTER);
	}

	/** Shows a page. Writes only the lines that have changed. */
	show(lines: readonly string[], cursor: { column: number; row: number } | null): void {
		if (!this.#open) return;
		process.stdout.write(repaint(this.#lines, lines, cursor));
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
		process.off("SIGCONT", this.#continued);
		process.stdout.off("resize", this.#resized);
		process.stdin.off("data", this.#heard);
		process.stdin.off("end", this.#ended);
		process.stdin.pause();
		if (process.stdin.isTTY && !process.stdin.destroyed) process.stdin.setRawMode(false);
		process.stdout.write(LEAVE);
	}
}
