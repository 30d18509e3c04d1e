import { relative } from "node:path";
import { codeFrameColumns } from "@babel/code-frame";
import { Chalk, type ChalkInstance } from "chalk";
import { withUnixLines } from "../base/kit.ts";
import { printable } from "../base/printable.ts";
import { readRegularFile } from "../base/regular-file.ts";
import { type Style, TextLayout } from "../base/text-layout.ts";
import type { Diagnostic } from "../engine/bundle.ts";
import type { Finding } from "./compare.ts";
import { BUSY_SHARE } from "./failed-run.ts";
import type { Verdict } from "./judge.ts";
import { showLedgers } from "./ledger.ts";
import type { PartResult } from "./parts.ts";
import type { FactValue } from "./values.ts";

/** Number of items of a long list that are shown. */
const ITEMS_SHOWN = 6;
/** Number of characters of a long text that are shown. */
const VALUE_CHARS = 2_000;
/** A SHA-256 digest. The first 12 digits are shown; they suffice to distinguish it from others. */
const DIGEST = /\b([0-9a-f]{12})[0-9a-f]{52}\b/g;

/**
 * Formats a verdict for a person to read: what the run did, what the kernel shows, what it should show, why, what to
 * try, what to read.
 * @param title the lesson's title
 * @param lessonSummary text to print when the module passes
 */
export async function report(verdict: Verdict, title: string, lessonSummary: string, style: Style): Promise<string> {
	const chalk = new Chalk({ level: style.color ? 1 : 0 });
	const layout = new TextLayout(style, chalk);
	const passed = verdict.verdict === "pass";
	const [mark, outcome] = passed
		? ["✓ ", "passed"]
		: verdict.verdict === "error"
			? ["? ", "not judged"]
			: ["✗ ", "not right yet"];
	layout.line((passed ? chalk.green : chalk.red).bold(`${style.plain ? "" : mark}${title} — ${outcome}`));
	layout.line();
	layout.labelled("file", relative(".", verdict.file));
	layout.labelled("did", verdict.did);
	if (verdict.engine !== null) layout.labelled("engine", engineLine(verdict.engine));
	if (passed) {
		layout.line();
		layout.paragraph(lessonSummary);
	} else {
		for (const [index, part] of verdict.parts.entries()) layout.labelled(`part ${index + 1}`, partLine(part));
	}
	const [first, ...rest] = verdict.findings;
	if (first !== undefined) showFinding(layout, chalk, first);
	if (verdict.thrownAt !== null) await showPlace(layout, style, verdict.thrownAt);
	// Type errors in the line that threw are shown below it, without showing the line again.
	const errors = verdict.typeErrors.slice(0, 3);
	const inThrowingLine = errors.filter((error) => isSameLine(error, verdict.thrownAt));
	for (const error of inThrowingLine) showTypeError(layout, chalk, style, error);
	showOthers(layout, chalk, first, rest);
	for (const error of errors.filter((error) => !inThrowingLine.includes(error))) {
		showTypeError(layout, chalk, style, error);
		await showPlace(layout, style, error);
	}
	showOutput(layout, chalk, verdict);
	if (!passed && verdict.vm.processorShare < BUSY_SHARE) {
		layout.line();
		layout.paragraph(busy(verdict.vm.processorShare));
	}
	layout.line();
	layout.line(
		chalk.dim(
			`${verdict.vm.restored ? `in a fresh virtual machine (${verdict.vm.accelerator}), ` : ""}${(verdict.durationMs / 1000).toFixed(1)} s`,
		),
	);
	return layout.text();
}

const busy = (share: number) =>
	`This computer was busy: the virtual machine got ${Math.round(share * 100)} % of the processor time that it asked for. If the verdict surprises you, close other programs and check once more.`;

const UNTRACED =
	"These are the calls of #kernel, and the functions of node:fs that change something, with fs. before their names. The list does not show what node:fs reads, what goes through a FileHandle or a stream, and what other programs do, such as ip.";

const BOTH_RIGHT =
	"Your answer is right. Where the lists differ, both ways are right: other calls, or another order, can do the same.";
const FIRST_DIFFERENCE =
	"The first difference is marked. It need not be the mistake: other calls, or another order, can be right, too.";

/**
 * Formats the calls of the exercise beside those of the reference: system calls, and functions of node:fs that change
 * something.
 */
export function trace({ verdict, ledger, otherLedgers }: Verdict, style: Style): string {
	const layout = new TextLayout(style, new Chalk({ level: style.color ? 1 : 0 }));
	const isRight = verdict === "pass";
	const differs = [
		showLedgers(layout, ledger, { marked: !isRight }),
		...Object.entries(otherLedgers).map(([name, { about, ...ledgers }]) =>
			showLedgers(layout, ledgers, { marked: !isRight, container: { name, about } }),
		),
	].includes(true);
	layout.line();
	if (differs) layout.paragraph(isRight ? BOTH_RIGHT : FIRST_DIFFERENCE);
	layout.paragraph(UNTRACED);
	return layout.text();
}

function engineLine({ yours, reference }: NonNullable<Verdict["engine"]>): string {
	const numbers = (lessons: readonly string[]) => lessons.map((lesson) => lesson.slice(0, 2)).join(", ") || "none";
	return `yours: ${numbers(yours)}; the reference's: ${numbers(reference)}`;
}

function partLine({ title, state, firstFunction }: PartResult): string {
	if (state === "not written yet") return `${title}: not written yet; it begins with ${firstFunction}`;
	if (state === "not judged") return `${title}: not judged, because of the finding below`;
	return `${title}: ${state}`;
}

function showFinding(layout: TextLayout, chalk: ChalkInstance, finding: Finding): void {
	layout.line();
	layout.paragraph(chalk.bold(finding.what));
	layout.labelled("shows", chalk.red(factText(finding.got).trimEnd()));
	layout.labelled("wanted", chalk.green(factText(finding.expected)));
	layout.labelled("why", finding.explanation);
	layout.labelled("try", finding.try);
	if (finding.see.length > 0) layout.labelled("read", finding.see.join(", "));
}

// Only the first finding is explained in full. Of the others, some are mistakes of their own, and some disappear when
// the finding that they follow from is mended.
function showOthers(
	layout: TextLayout,
	chalk: ChalkInstance,
	first: Finding | undefined,
	rest: readonly Finding[],
): void {
	const show = ({ what, got, expected }: Finding) =>
		layout.item(`${what}: ${chalk.red(factText(got))}; wanted: ${chalk.green(factText(expected))}`);
	const [independent, consequences] = [rest.filter(isIndependent), rest.filter((one) => !isIndependent(one))];
	if (independent.length > 0) heading("also different");
	for (const one of independent) {
		show(one);
		if (one.diagnosis !== first?.diagnosis) layout.item(`try: ${one.try}`, 4);
	}
	if (consequences.length > 0) heading("probably a consequence");
	for (const one of consequences) {
		show(one);
		const causes = [first, ...rest].filter((cause) => cause !== undefined && one.followsFrom.includes(cause.fact));
		layout.item(`of: ${causes.map((cause) => cause?.what).join("; ")}`, 4);
	}

	function heading(text: string): void {
		layout.line();
		layout.line(chalk.bold(text));
	}
}

const isIndependent = ({ followsFrom }: Finding) => followsFrom.length === 0;

const isSameLine = (one: Diagnostic, other: Diagnostic | null) => one.file === other?.file && one.line === other.line;

function showTypeError(layout: TextLayout, chalk: ChalkInstance, { plain }: Style, { message }: Diagnostic): void {
	layout.line();
	layout.line(chalk.yellow(`${plain ? "warning:" : "!"} ${message}`));
}

async function showPlace(layout: TextLayout, style: Style, place: Diagnostic): Promise<void> {
	const source = await readRegularFile(place.file, SOURCE_BYTES_MAX)
		.then(String)
		.then(
			(text) => printable(withUnixLines(text)),
			() => null,
		);
	layout.line();
	layout.line(`${relative(".", place.file)}:${place.line}:${place.column}`);
	if (source === null) return;
	const first = Math.max(0, place.line - 1 - CONTEXT_LINES);
	// Very long lines are shown in part. The parts of all lines begin at the same column.
	const from = place.column > LINE_CHARS_MAX ? place.column - LINE_CHARS_MAX / 2 : 0;
	const lines = source.split("\n").slice(first, place.line + CONTEXT_LINES);
	const parts = lines.map((line) => line.slice(from, from + LINE_CHARS_MAX));
	if (style.plain) return layout.line(parts[place.line - 1 - first]?.trim());
	const location = { start: { line: place.line, column: place.column - from } };
	const options = { startLine: first + 1, forceColor: style.color };
	layout.block(codeFrameColumns(parts.join("\n"), location, options));
}

const SOURCE_BYTES_MAX = 1 << 20;
const LINE_CHARS_MAX = 400;
/** Number of lines to show before and after the place. */
const CONTEXT_LINES = 2;

/** What was printed, without the lines by which a command says that it waits for input: its token, twice. */
export const printedText = ({ output }: Pick<Verdict, "output">): string =>
	`${output.stdout}${output.stderr}`.replaceAll(/^(drydock-[0-9a-f]{8})\1\r?$\n?/gm, "");

function showOutput(layout: TextLayout, chalk: ChalkInstance, verdict: Verdict): void {
	const lines = printedText(verdict).split("\n").filter(Boolean);
	if (lines.length === 0) return;
	layout.line();
	layout.line(chalk.bold("it printed (never judged)"));
	for (const line of lines.slice(0, 5)) layout.line(chalk.dim(layout.clipped(`  ${line}`)));
	if (lines.length > 5) layout.line(chalk.dim(`  … ${lines.length - 5} more lines`));
}

const cutText = (text: string) => (text.length <= VALUE_CHARS ? text : `${text.slice(0, VALUE_CHARS)}…`);

/** A fact's value as text. */
export function factText(value: FactValue): string {
	if (!Array.isArray(value)) return cutText(String(value));
	if (value.length === 0) return "none";
	const items = value.slice(0, ITEMS_SHOWN).map((item) => cutText(item.replaceAll(DIGEST, "$1…")));
	return [...items, ...(value.length > ITEMS_SHOWN ? [`${value.length - ITEMS_SHOWN} more`] : [])].join(", ");
}
