import { Chalk, type ChalkInstance } from "chalk";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { printable } from "../../base/printable.ts";
import { type DemoEvent, type Phase, SHELLS, type ShellName, type Size } from "../../live/events.ts";
import { Screen, type StyledText } from "../../live/screen.ts";
import { type Answer, answersOf } from "../../live/views/answers.ts";
import type { Moment } from "../../live/views/past.ts";
import { keyLine } from "./presenter-keys.ts";
import { processLines } from "./process-lines.ts";

/**
 * From this width on, a page shows both shells. A narrower page shows only one: the shell that the presenter types
 * into, or else the step's shell.
 */
const BOTH_SHELLS_COLUMNS_MIN = 110;
/** A shell's terminal has at least this many rows, even if the page has no room for them. */
const SHELL_ROWS_MIN = 4;
/** A page with fewer rows shows fewer of the kernel's answers. */
const ALL_ANSWERS_ROWS_MIN = 30;
const MARGIN = "  ";

type DemoHeader = Extract<DemoEvent, { type: "demo" }>;

/** Maximum number of moments of a step that are kept. */
const MOMENTS_MAX = 200;

/** How many answers fit on a page of this many rows. */
const answersThatFit = (rows: number) => (rows < ALL_ANSWERS_ROWS_MIN ? 3 : 6);

/** What the presenter has chosen to see on a page. */
export interface PresenterChoices {
	/** The shell that the presenter types into; null for none. */
	typing: ShellName | null;
	/** Whether the note on the step is shown. */
	note: boolean;
	/** Lines to show instead of the shells; null for none. */
	help: readonly string[] | null;
	/** Shown in the last line instead of the keys; empty for none. */
	message: string;
	/** What is being done until the demo is open. */
	opening: string;
	/** Whether the demo is a recording: nobody can type into its shells. */
	isRecording: boolean;
}

/** The choices of a presenter who has chosen nothing yet. */
export const NOTHING_CHOSEN: PresenterChoices = {
	...{ typing: null, note: false, help: null, message: "" },
	...{ opening: "Starting …", isRecording: false },
};

/** A page to show: its lines, and the place of the cursor; null hides it. */
export interface PaintedPage {
	lines: string[];
	cursor: { column: number; row: number } | null;
}

/** What an audience sees of a demo. It depends only on the demo's events and the presenter's choices. */
export class Slides {
	readonly #chalk: ChalkInstance;
	readonly #screens: Record<ShellName, Screen>;
	#header: DemoHeader | null = null;
	#step = 1;
	/** Null before the first step. */
	#phase: Phase | null = null;
	/** What the kernel showed at the moments of the step. The first one is from when the step began. */
	#seen: Moment[] = [];
	#promiseBroken = false;
	/** How the step took the machine down; null if it did not. */
	#down: string | null = null;

	constructor(size: Size, color: boolean) {
		this.#chalk = new Chalk({ level: color ? 1 : 0 });
		this.#screens = { host: new Screen(size), container: new Screen(size) };
	}

	get steps(): number {
		return this.#header?.steps.length ?? 1;
	}

	/** The shell into which the step's command is typed. */
	get stage(): ShellName {
		return this.#header?.steps[this.#step - 1]?.stage ?? "host";
	}

	/** Whether the presenter has a note on the step. */
	get hasNote(): boolean {
		return this.#script?.note !== undefined;
	}

	/** How large the shells' terminals are on a page of this size. */
	static shellSize({ columns, rows }: Size): Size {
		const width =
			columns >= BOTH_SHELLS_COLUMNS_MIN ? Math.floor((columns - 3) / 2) - MARGIN.length : columns - MARGIN.length;
		// 13 rows: the title, the narration (two), the shell's name, the answers' heading, what to look at (two), the
		// keys, and five blank rows.
		return { columns: Math.max(20, width), rows: Math.max(SHELL_ROWS_MIN, rows - 13 - answersThatFit(rows)) };
	}

	/** Updates the state with an event. */
	async apply(event: DemoEvent): Promise<void> {
		switch (event.type) {
			case "demo":
				this.#header = event;
				for (const shell of SHELLS) this.#screens[shell].resize(event.size);
				return;
			case "output":
				return this.#screens[event.shell].write(event.data);
			case "screen":
				this.#screens[event.shell].clear();
				return this.#screens[event.shell].write(event.data);
			case "size":
				return this.#screens[event.shell].resize(event.size);
			case "view":
				this.#seen = [...this.#seen.slice(0, 1), ...this.#seen.slice(1).slice(1 - MOMENTS_MAX), event];
				return;
			case "step":
				[this.#step, this.#phase] = [event.step, event.phase];
				if (event.phase === "told") [this.#seen, this.#promiseBroken] = [this.#seen.slice(-1), false];
				if (event.phase === "typing") this.#down = null;
				return;
			case "answer":
				// A command that was left running may end when another step is shown.
				if (event.step === this.#step) this.#promiseBroken = event.promises.some(({ kept }) => !kept);
				return;
			case "down":
				this.#down = event.how;
				return;
			default:
				return;
		}
	}

	/** Closes the shells' screens: from now on they show nothing new. */
	close(): void {
		for (const shell of SHELLS) this.#screens[shell].close();
	}

	/** Makes a page of this size. */
	paint(size: Size, choices: PresenterChoices): PaintedPage {
		const { columns, rows } = size;
		const top = [this.#title(columns, choices), "", ...this.#narration(columns, choices), ""];
		const facts = choices.help === null ? ["", ...this.#facts(size), "", ...this.#look(columns)] : [];
		const bottom = [...facts, ...this.#footer(columns, choices)];
		const height = Math.max(1, rows - top.length - bottom.length);
		const middle = choices.help ?? this.#shells(columns, height, choices.typing);
		const filled = Array.from({ length: height }, (_, index) => middle[index] ?? "");
		const lines = [...top, ...filled, ...bottom].slice(0, rows);
		return {
			lines,
			cursor: choices.typing === null ? null : this.#cursor(columns, top.length, height, choices.typing),
		};
	}

	#title(columns: number, { isRecording }: PresenterChoices): string {
		const { lesson = "", title = "" } = this.#header ?? {};
		const number = /^\d\d(?=-)/.exec(lesson)?.[0];
		const left = `${MARGIN}${number === undefined ? "" : `${number} · `}${title}`;
		const state = this.#phase === "running" || this.#phase === "typing" ? "…" : "";
		const right = `${isRecording ? "recording " : ""}${state} ${this.#step} / ${this.steps}${MARGIN}`;
		return this.#chalk.inverse(fit(`${fit(left, columns - stringWidth(right))}${right}`, columns));
	}

	#narration(columns: number, { opening }: PresenterChoices): string[] {
		const text = this.#phase === null ? opening : this.#script?.narration;
		return wrapped(text ?? "", columns).map((line) => this.#chalk.bold(line));
	}

	get #script(): DemoHeader["steps"][number] | undefined {
		return this.#header?.steps[this.#step - 1];
	}

	#shells(columns: number, height: number, typing: ShellName | null): string[] {
		const active = typing ?? this.stage;
		if (columns < BOTH_SHELLS_COLUMNS_MIN) return this.#shell(active, columns, height, true, typing === active);
		const width = Math.floor((columns - 3) / 2);
		const [left = [], right = []] = SHELLS.map((shell) =>
			this.#shell(shell, width, height, shell === active, shell === typing),
		);
		const bar = this.#chalk.dim("│");
		return left.map((line, index) => `${fit(line, width)} ${bar} ${right[index] ?? ""}`);
	}

	#shell(name: ShellName, width: number, height: number, active: boolean, typing: boolean): string[] {
		const label = `${MARGIN}${active ? "▸ " : "  "}${name}${typing ? " — you are typing; Ctrl-] to leave" : ""}`;
		const head = active ? this.#chalk.bold(label) : this.#chalk.dim(label);
		const rows = lastRows(this.#screens[name], height - 1).map((row) => MARGIN + this.#row(row));
		return [fit(head, width), ...rows.map((row) => fit(row, width))];
	}

	#row(stretches: readonly StyledText[]): string {
		return stretches.map((stretch) => this.#stretch(stretch)).join("");
	}

	#stretch({ text, bold, dim, underline, inverse, color }: StyledText): string {
		const shown = printable(text);
		if (this.#chalk.level === 0) return shown;
		const modes = [bold && "1", dim && "2", underline && "4", inverse && "7", color].filter(Boolean).join(";");
		return modes === "" ? shown : `\x1b[${modes}m${shown}\x1b[0m`;
	}

	#cursor(columns: number, top: number, height: number, shell: ShellName): PaintedPage["cursor"] {
		const { column, row } = this.#screens[shell].cursor;
		const offset = columns >= BOTH_SHELLS_COLUMNS_MIN && shell === "container" ? Math.floor((columns - 3) / 2) + 3 : 0;
		const first = firstRow(this.#screens[shell], height - 1);
		return { column: offset + MARGIN.length + column, row: top + 1 + row - first };
	}

	// Below the shells, a demo about processes shows the processes. All other demos show the answers of the kernel.
	#facts({ columns, rows }: Size): string[] {
		if (this.#header?.views?.[0] !== "processes") return this.#answers({ columns, rows });
		const { change, rows: lines } = processLines(this.#seen, columns - 2 * MARGIN.length, 1 + answersThatFit(rows));
		return [...change.map((line) => this.#chalk.yellow.bold(line)), ...lines].map((line) =>
			fit(MARGIN + line, columns),
		);
	}

	// If not all answers fit, those that differ are preferred to those that have only changed.
	#answers({ columns, rows }: Size): string[] {
		const [before, last] = [this.#seen[0], this.#seen.at(-1)];
		if (before === undefined || last === undefined) return [];
		const { processes, answers: all } = answersOf([before, last]);
		const weight = ({ differs, changed }: Answer) => (differs ? 2 : 0) + (changed.length > 0 ? 1 : 0);
		const chosen = all.toSorted((one, other) => weight(other) - weight(one)).slice(0, answersThatFit(rows));
		const answers = all.filter((answer) => chosen.includes(answer));
		const width = Math.floor((columns - 16) / 2);
		const titles = SHELLS.map((name) => fit(`${name}: ${printable(processes[name])}`, width));
		const head = this.#chalk.dim(`${MARGIN}${fit("", 14)}${titles.join("")}`.trimEnd());
		return [head, ...answers.map((answer) => this.#answer(answer, width))];
	}

	// An answer that differs has a mark and a colour. An answer that has changed is bold and has an arrow.
	#answer({ question, host, container, differs, changed }: Answer, width: number): string {
		const mark = differs ? "≠ " : MARGIN;
		// The arrow takes two columns.
		const line = `${mark}${fit(question, 14)}${fit(printable(host), width)}${fit(printable(container), width - 2)}`;
		if (changed.length > 0) return (differs ? this.#chalk.yellow : this.#chalk).bold(`${line.trimEnd()} ←`);
		return differs ? this.#chalk.yellow(line) : line;
	}

	#look(columns: number): string[] {
		if (this.#down !== null)
			return wrapped(
				`This step took the machine down (${this.#down}). It has been put back to the beginning of the step.`,
				columns,
			);
		if (this.#phase !== "done") return ["", ""];
		const lines = wrapped(`→ ${this.#script?.look ?? ""}`, columns).map((line) => this.#chalk.green(line));
		const warning = "The output is not what this step promises.";
		return this.#promiseBroken
			? [...lines, this.#chalk.red(`${MARGIN}${warning}`)]
			: lines.length < 2
				? [...lines, ""]
				: lines;
	}

	#footer(columns: number, { note, message, isRecording }: PresenterChoices): string[] {
		const noted = this.#script?.note;
		const lines = note && noted !== undefined ? wrapped(`note: ${noted}`, columns) : [];
		const last = message !== "" ? message : keyLine({ note: this.hasNote, machine: !isRecording });
		return [
			"",
			...lines.map((line) => this.#chalk.cyan(line)),
			this.#chalk.dim(fit(`${MARGIN}${last}`, columns).trimEnd()),
		];
	}
}

function wrapped(text: string, columns: number): string[] {
	const width = Math.max(20, Math.min(columns - 2 * MARGIN.length, 100));
	return wrapAnsi(printable(text), width)
		.split("\n")
		.map((line) => `${MARGIN}${line}`);
}

// The first row to show. If not all rows fit, the cursor's row is among those shown.
function firstRow(screen: Screen, height: number): number {
	return Math.max(0, Math.min(screen.cursor.row - height + 1, screen.size.rows - height));
}

function lastRows(screen: Screen, height: number): StyledText[][] {
	const first = firstRow(screen, height);
	return screen.rows.slice(first, first + height);
}

/** Cuts or pads a text to this many columns. */
function fit(text: string, columns: number): string {
	const width = stringWidth(text);
	if (width <= columns) return text + " ".repeat(columns - width);
	return wrapAnsi(text, Math.max(1, columns), { hard: true, trim: false, wordWrap: false }).split("\n")[0] ?? "";
}
