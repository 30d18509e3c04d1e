import { diffArrays } from "diff";
import type { LedgerCall } from "../protocol.ts";
import type { Page } from "./page.ts";

/** What a program asked of the kernel, beside what the reference asked. */
export interface Ledgers {
	exercise: readonly LedgerCall[];
	reference: readonly LedgerCall[];
}

interface Options {
	brief: boolean;
	container?: { name: string; about: string };
}

/** A call of yours and one of the reference's that are alike, or one that the other has not. */
interface Row {
	yours?: LedgerCall;
	reference?: LedgerCall;
}

const HEADINGS: [string, string] = ["asked of the kernel by yours", "asked of it by the reference"];
const ARGUMENT_WIDTH = 28;
/** Rows that are alike, kept on either side of one that is not. */
const KEPT = 3;
const BRIEF_ROWS = 16;

/** Whether one has calls that the other has not, or in another order. */
export const doPart = (ledgers: Ledgers): boolean => rowsOf(ledgers).some(isDifferent);

/**
 * Shows both side by side, per process, what a fork has made below it and indented. What is alike for long is folded,
 * and the first place where they part is marked.
 * @param options.brief only what is around that place, and only the beginning of long arguments where both are alike
 * @param options.container whose they are and what it is there for, if not the one that the lesson is about
 */
export function showLedgers(page: Page, ledgers: Ledgers, { brief, container }: Options): void {
	const rows = rowsOf(ledgers);
	if (rows.length === 0) return;
	const parts = rows.findIndex(isDifferent);
	page.line();
	if (container !== undefined) page.paragraph(`the container “${container.name}”: ${container.about}`);
	page.rows(HEADINGS, fold(rows, parts, brief));
	if (parts < 0) showSameCalls(page);
}

/** Says that neither has calls that the other has not. */
export function showSameCalls(page: Page): void {
	page.line();
	page.paragraph("The same calls, in the same order: any difference is in what the kernel has made of them.");
}

function rowsOf({ exercise, reference }: Ledgers): Row[] {
	const [mine, theirs] = [exitCodesDrawn(exercise), exitCodesDrawn(reference)];
	return align(
		inOrder(exercise),
		inOrder(reference),
		(one, other) => alike(one, other) || (one.task === other.task && mine.has(one) && theirs.has(other)),
	);
}

// What an init passes on of its command's end is whatever the command's script was told to end with.
function exitCodesDrawn(calls: readonly LedgerCall[]): ReadonlySet<LedgerCall> {
	const scripts = calls.filter(({ call }) => call === "execve").map(({ args }) => Object.values(args).join(" "));
	const codes = new Set(scripts.flatMap((script) => [...script.matchAll(/\bexit (\d+)/g)].map(([, code]) => code)));
	return new Set(calls.filter(({ call, args }) => call === "_exit" && codes.has(Object.values(args)[0])));
}

/** Each call of a process in its order; what a fork has made follows the fork. */
function inOrder(calls: readonly LedgerCall[]): LedgerCall[] {
	const byTask = new Map<string, LedgerCall[]>();
	for (const call of calls) byTask.set(call.task, [...(byTask.get(call.task) ?? []), call]);
	const ordered: LedgerCall[] = [];
	const visit = (task: string) => {
		const own = byTask.get(task) ?? [];
		byTask.delete(task);
		let children = 0;
		for (const call of own) {
			ordered.push(call);
			if (call.call === "fork" && Number(call.result) > 0) visit(`${task}.${++children}`);
		}
	};
	for (const task of [...byTask.keys()].sort()) visit(task);
	return ordered;
}

function align(yours: LedgerCall[], reference: LedgerCall[], comparator: typeof alike): Row[] {
	const rows: Row[] = [];
	let [mine, theirs] = [0, 0];
	for (const { added, removed, count = 0 } of diffArrays(yours, reference, { comparator }))
		for (let i = 0; i < count; i++) {
			const row: Row = {};
			const [left, right] = [added ? undefined : yours[mine++], removed ? undefined : reference[theirs++]];
			if (left !== undefined) row.yours = left;
			if (right !== undefined) row.reference = right;
			rows.push(row);
		}
	return rows;
}

const isDifferent = ({ yours, reference }: Row) => yours === undefined || reference === undefined;

// Numbers of processes and descriptors are never the same twice; nor are names that were drawn, numbers and signals in
// the command's script, and what comes as a comment.
function alike(one: LedgerCall, other: LedgerCall): boolean {
	const key = ({ task, call, args, error }: LedgerCall) => [
		task.split(".").length,
		call,
		error,
		...Object.entries(args).map(([name, value]) =>
			/^(pid|fd)$/.test(name) || value.startsWith("/*") ? name : sorted(withoutDrawn(call, value)),
		),
	];
	return JSON.stringify(key(one)) === JSON.stringify(key(other));
}

function withoutDrawn(call: string, value: string): string {
	const named = value.replaceAll(/-[0-9a-f]{4,8}\b/g, "-");
	return call === "execve" ? named.replaceAll(/\d+|\bkill -[A-Z]+/g, "…") : named;
}

// A set of signals is the same in any order.
const sorted = (value: string) =>
	/^\[SIG.*\]$/.test(value) ? value.slice(1, -1).split(", ").sort().join(", ") : value;

function fold(rows: readonly Row[], parts: number, brief: boolean) {
	const keep = brief ? KEPT : rows.length;
	const near = (index: number) => rows.slice(Math.max(0, index - keep), index + keep + 1).some(isDifferent);
	const last = brief ? Math.max(parts, 0) - keep + BRIEF_ROWS : rows.length;
	const shown: { cells: [string, string]; mark: boolean }[] = [];
	let folded: Row[] = [];
	const flush = () => {
		const more = (side: keyof Row) => {
			const count = folded.filter((row) => row[side] !== undefined).length;
			return count === 0 ? "" : `… ${count} more …`;
		};
		if (folded.length > 0) shown.push({ cells: [more("yours"), more("reference")], mark: false });
		folded = [];
	};
	for (const [index, row] of rows.entries()) {
		const { yours, reference } = row;
		const wanted = parts < 0 ? index < keep || index >= rows.length - keep : near(index);
		if (!wanted || index >= last || isAmongAlikes(rows, index)) {
			folded.push(row);
			continue;
		}
		flush();
		// Two that differ may begin alike.
		const cut = brief && !isDifferent(row);
		shown.push({ cells: [showCall(yours, cut), showCall(reference, cut)], mark: index === parts });
	}
	flush();
	return shown;
}

// The same call before and after it: of a hundred, the first and the last are shown.
function isAmongAlikes(rows: readonly Row[], index: number): boolean {
	const [before = {}, row = {}, after = {}] = [rows[index - 1], rows[index], rows[index + 1]];
	return (["yours", "reference"] as const).every((side) => {
		const [one, here, other] = [before[side], row[side], after[side]];
		if (here === undefined) return one === undefined && other === undefined;
		return one !== undefined && other !== undefined && alike(one, here) && alike(here, other);
	});
}

function showCall(call: LedgerCall | undefined, brief: boolean): string {
	if (call === undefined) return "";
	const { task, args, result, error } = call;
	// "1" is the engine on the host, "1.1" what it has forked, and so on.
	const indent = "  ".repeat(task.split(".").length - 1);
	const answer = error !== undefined ? ` = ${error}` : result !== undefined && result !== 0 ? ` = ${result}` : "";
	const shown = Object.values(args).filter((argument) => !argument.startsWith("/*"));
	return `${indent}${call.call}(${(brief ? shown.map(shorten) : shown).join(", ")})${answer}`;
}

const shorten = (argument: string) =>
	argument.length <= ARGUMENT_WIDTH ? argument : `${argument.slice(0, ARGUMENT_WIDTH - 1)}…`;
