import type { Size } from "../../live/events.ts";

const ENTER = "\x1b[?1049h\x1b[?25l";
/** Whatever else a program has changed: see raw-terminal.ts. */
const LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l";

/** What turns a page into another, and puts the cursor there, if it is to be seen. */
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

/** This process's terminal, all of it: pages are shown on it, and keys are heard, until it is closed. */
export class FullScreen {
	readonly #taken: (keys: string) => void;
	#lines: string[] = [];
	#open = false;

	/** @param taken is given what is typed, as it comes */
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
	/** Ctrl-Z had stopped this process. */
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

	/** Shows a page; of what is there already, nothing is written. */
	show(lines: readonly string[], cursor: { column: number; row: number } | null): void {
		if (!this.#open) return;
		process.stdout.write(repaint(this.#lines, lines, cursor));
		this.#lines = [...lines];
	}

	/** Stops as Ctrl-Z does. */
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
