import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { codeFrameColumns } from "@babel/code-frame";
import { Chalk, type ChalkInstance } from "chalk";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import type { LedgerCall } from "../protocol.ts";
import type { Diagnostic } from "./bundle.ts";
import type { Finding } from "./compare.ts";
import type { FactValue } from "./facts.ts";
import type { Verdict } from "./judge.ts";

/** How a report is to look. */
export interface Style {
	/** Columns of the terminal. */
	width: number;
	color: boolean;
	/** Words beside symbols, nothing side by side, no lines drawn: for a screen reader. */
	plain?: boolean;
	/** Whether the terminal is asked to make links that can be followed. */
	hyperlinks?: boolean;
}

const LABEL_WIDTH = 8;
const LEDGER_LINES = 14;
const LEDGER_ARGUMENT = 28;

/**
 * The verdict for a person to read: what was done, what the kernel shows, what it should show, why, what to try, what
 * to read.
 * @param learnt what is said when it passes
 */
export async function report(verdict: Verdict, title: string, learnt: string, style: Style): Promise<string> {
	const chalk = new Chalk({ level: style.color ? 1 : 0 });
	const page = new Page(style, chalk);
	const passed = verdict.verdict === "pass";
	const [mark, said] = passed ? ["✓ ", "passed"] : ["✗ ", "not right yet"];
	page.line((passed ? chalk.green : chalk.red).bold(`${style.plain ? "" : mark}${title} — ${said}`));
	page.line();
	page.labelled("file", relative(".", verdict.file));
	page.labelled("did", verdict.did);
	if (verdict.engine !== null) page.labelled("engine", playedOn(verdict.engine));
	if (passed) {
		page.line();
		page.paragraph(learnt);
	}
	const [first, ...rest] = verdict.findings;
	if (first !== undefined) showFinding(page, chalk, first);
	if (verdict.thrownAt !== null) await showPlace(page, style, verdict.thrownAt);
	showOthers(page, chalk, first, rest);
	for (const error of verdict.typeErrors.slice(0, 3)) {
		page.line();
		page.line(chalk.yellow(`${style.plain ? "warning:" : "!"} ${error.message}`));
		await showPlace(page, style, error);
	}
	if (!passed) showLedgers(page, chalk, verdict);
	showOutput(page, chalk, verdict);
	page.line();
	page.line(
		chalk.dim(
			`${verdict.vm.restored ? `in a fresh virtual machine (${verdict.vm.accelerator}), ` : ""}${(verdict.durationMs / 1000).toFixed(1)} s`,
		),
	);
	return page.text();
}

function playedOn({ yours, reference }: NonNullable<Verdict["engine"]>): string {
	const numbers = (lessons: readonly string[]) => lessons.map((lesson) => lesson.slice(0, 2)).join(", ") || "none";
	return `yours: ${numbers(yours)}; the reference's: ${numbers(reference)}`;
}

function showFinding(page: Page, chalk: ChalkInstance, finding: Finding): void {
	page.line();
	page.line(chalk.bold(finding.what));
	page.labelled("shows", chalk.red(shown(finding.got)));
	page.labelled("should", chalk.green(shown(finding.expected)));
	page.labelled("why", finding.explanation);
	page.labelled("try", finding.try);
	if (finding.see.length > 0) page.labelled("read", finding.see.join(", "));
}

// The first finding is explained in full; what else is wrong often goes away with it.
function showOthers(page: Page, chalk: ChalkInstance, first: Finding | undefined, rest: readonly Finding[]): void {
	if (rest.length === 0) return;
	page.line();
	page.line(chalk.bold("also different"));
	for (const { what, got, expected, diagnosis, try: advice } of rest) {
		page.item(`${what}: ${chalk.red(shown(got))}, should be ${chalk.green(shown(expected))}`);
		if (diagnosis !== first?.diagnosis) page.item(`try: ${advice}`, 4);
	}
}

async function showPlace(page: Page, style: Style, place: Diagnostic): Promise<void> {
	const source = await readFile(place.file, "utf8").catch(() => null);
	page.line();
	page.line(`${relative(".", place.file)}:${place.line}:${place.column}`);
	if (source === null) return;
	const location = { start: { line: place.line, column: place.column } };
	if (style.plain) return page.line(source.split("\n")[place.line - 1]?.trim());
	page.block(codeFrameColumns(source, location, { linesAbove: 2, linesBelow: 2, forceColor: style.color }));
}

function showLedgers(page: Page, chalk: ChalkInstance, { ledger }: Verdict): void {
	const [yours = [], reference = []] = [ledger.exercise, ledger.reference].map((calls) => calls.map(showCall));
	if (yours.length + reference.length === 0) return;
	page.line();
	const [left, right] = [fold(yours), fold(reference)];
	const heading = chalk.bold("asked of the kernel by yours");
	if (page.plain) {
		page.list(heading, left);
		page.line();
		page.list("asked of the kernel by the reference", right);
	} else page.columns([heading, ...left], [chalk.bold("by the reference"), ...right]);
}

function showCall({ task, call, args, result, error }: LedgerCall): string {
	// "1" is the engine on the host, "1.1" what it has forked, and so on.
	const indent = "  ".repeat(task.split(".").length - 1);
	const answer = error !== undefined ? ` = ${error}` : result !== undefined && result !== 0 ? ` = ${result}` : "";
	const shown = Object.values(args).filter((argument) => !argument.startsWith("/*"));
	return `${indent}${call}(${shown.map(shorten).join(", ")})${answer}`;
}

const shorten = (argument: string) =>
	argument.length <= LEDGER_ARGUMENT ? argument : `${argument.slice(0, LEDGER_ARGUMENT - 1)}…`;

function fold(lines: string[]): string[] {
	if (lines.length <= LEDGER_LINES) return lines;
	return [...lines.slice(0, LEDGER_LINES - 4), `… ${lines.length - LEDGER_LINES + 2} more …`, ...lines.slice(-3)];
}

// The command says one line of its own to show that it runs; that is nobody's output.
function showOutput(page: Page, chalk: ChalkInstance, { output }: Verdict): void {
	const lines = `${output.stdout}${output.stderr}`
		.split("\n")
		.filter((line) => line !== "" && !/^drydock-[0-9a-f]{8}$/.test(line));
	if (lines.length === 0) return;
	page.line();
	page.line(chalk.bold("it printed (never judged)"));
	for (const line of lines.slice(0, 5)) page.line(chalk.dim(`  ${printable(line)}`));
	if (lines.length > 5) page.line(chalk.dim(`  … ${lines.length - 5} more lines`));
}

function shown(value: FactValue | null): string {
	if (value === null) return "nothing";
	if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
	return printable(String(value));
}

// A submission's output could otherwise move the cursor, or worse.
function printable(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be shown
	return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "�");
}

// wrapAnsi would take away what a line is indented by.
function hanging(line: string, width: number): string[] {
	const [indent = ""] = /^ */.exec(line) ?? [];
	const lines = wrapAnsi(line.trimStart(), width - indent.length, { hard: true }).split("\n");
	return lines.map((part) => indent + part);
}

/** Lines of text that fit the terminal. */
class Page {
	readonly #lines: string[] = [];
	readonly #style: Style;
	readonly #chalk: ChalkInstance;

	constructor(style: Style, chalk: ChalkInstance) {
		this.#style = style;
		this.#chalk = chalk;
	}

	/** Whether nothing is to stand side by side. */
	get plain(): boolean {
		return this.#style.plain === true;
	}

	line(text = ""): void {
		this.#lines.push(text);
	}

	/** Lines that are not to be wrapped. */
	block(text: string): void {
		this.#lines.push(...text.split("\n"));
	}

	paragraph(text: string): void {
		this.block(wrapAnsi(text, this.#style.width));
	}

	item(text: string, indent = 2): void {
		const wrapped = wrapAnsi(text, this.#style.width - indent - 2).split("\n");
		const bullet = this.plain ? "- " : "· ";
		for (const [index, line] of wrapped.entries())
			this.line(`${" ".repeat(indent)}${index === 0 && indent === 2 ? bullet : "  "}${line}`);
	}

	labelled(label: string, text: string): void {
		const wrapped = wrapAnsi(text, this.#style.width - LABEL_WIDTH - 2).split("\n");
		for (const [index, line] of wrapped.entries())
			this.line(`  ${index === 0 ? this.#chalk.dim(label.padEnd(LABEL_WIDTH)) : " ".repeat(LABEL_WIDTH)}${line}`);
	}

	/** Lines below a heading; where one has no room, it goes on in the next. */
	list(heading: string, lines: readonly string[]): void {
		this.line(heading);
		for (const line of lines) this.block(hanging(line, this.#style.width).join("\n"));
	}

	/** Two columns side by side; where a line has no room, it goes on in the next. */
	columns(left: string[], right: string[]): void {
		const width = Math.floor((this.#style.width - 3) / 2);
		for (let index = 0; index < Math.max(left.length, right.length); index++) {
			const [one, other] = [hanging(left[index] ?? "", width), hanging(right[index] ?? "", width)];
			for (let row = 0; row < Math.max(one.length, other.length); row++) {
				const cell = one[row] ?? "";
				this.line(`${cell}${" ".repeat(Math.max(0, width - stringWidth(cell)))} │ ${other[row] ?? ""}`.trimEnd());
			}
		}
	}

	text(): string {
		return `${this.#lines.join("\n")}\n`;
	}
}
