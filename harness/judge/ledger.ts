import { diffArrays } from "diff";
import type { TextLayout } from "../base/text-layout.ts";
import type { LedgerCall } from "../protocol/index.ts";

/** The system calls of an exercise and its writes of files, and those of the reference. */
export interface Ledgers {
	exercise: readonly LedgerCall[];
	reference: readonly LedgerCall[];
}

/** A call of the exercise and the matching call of the reference; or a call that only one of them made. */
interface Row {
	yours?: LedgerCall;
	reference?: LedgerCall;
}

const HEADINGS: [string, string] = ["your system calls", "the reference's system calls"];
/** An argument is cut after this many characters. */
const LONG_ARGUMENT_WIDTH = 200;
/** All arguments of one call together are cut after this many characters. */
const TEXT_WIDTH = 800;
/** Number of calls to compare: many times what any engine makes. Further calls are only counted. */
const CALLS_MAX = 250;
/** Deepest indentation, in generations below the engine. Later generations are indented no further. */
const INDENTS_MAX = 8;

/**
 * Shows both ledgers side by side, process by process. The calls of a forked process are below the fork, and indented.
 * Of a call that is repeated many times, only the first and the last are shown.
 * @param options.marked whether the first difference is marked
 * @param options.container the call that the ledgers belong to, if it is not the one that the lesson is about
 * @returns whether there is a difference
 */
export function showLedgers(
	layout: TextLayout,
	ledgers: Ledgers,
	{ marked = true, container }: { marked?: boolean; container?: { name: string; about: string } } = {},
): boolean {
	const rows = rowsOf(ledgers);
	if (rows.length === 0) return false;
	const firstDifference = rows.findIndex(isDifferent);
	layout.line();
	if (container !== undefined) layout.paragraph(`the container “${container.name}”: ${container.about}`);
	const more = [ledgers.exercise, ledgers.reference].map(({ length }) => moreLabel(length - CALLS_MAX)) as [
		string,
		string,
	];
	const rest = more.some((text) => text !== "") ? [{ cells: more, mark: false }] : [];
	layout.twoColumns(HEADINGS, [...foldRows(rows, marked ? firstDifference : -1), ...rest]);
	if (firstDifference < 0) showSameCalls(layout, ledgers);
	return firstDifference >= 0;
}

/** Says that both made the same calls in the same order, and what was not compared. */
function showSameCalls(layout: TextLayout, { exercise, reference }: Ledgers): void {
	const isLong = Math.max(exercise.length, reference.length) > CALLS_MAX;
	const same = isLong ? `The first ${CALLS_MAX} calls are the same` : "The same calls";
	layout.line();
	layout.paragraph(
		`${same}, in the same order. Any difference is in their effects, or in what is not compared: ${NOT_COMPARED}.`,
	);
}

const NOT_COMPARED =
	"numbers of two or more digits, and the ends of long texts, that node:fs writes; and what other programs do, such as ip";

function rowsOf(ledgers: Ledgers): Row[] {
	const [exercise, reference] = [ledgers.exercise, ledgers.reference].map((calls) =>
		inOrder(calls).slice(0, CALLS_MAX),
	);
	const [mine, theirs] = [randomExitCodes(exercise ?? []), randomExitCodes(reference ?? [])];
	return align(
		exercise ?? [],
		reference ?? [],
		(one, other) => areAlike(one, other) || (one.task === other.task && mine.has(one) && theirs.has(other)),
	);
}

// The _exit calls with an exit code that the command's script contains. An init passes on that code, and the code may
// be another one in each run.
function randomExitCodes(calls: readonly LedgerCall[]): ReadonlySet<LedgerCall> {
	const scripts = calls.filter(({ call }) => call === "execve").map(({ args }) => Object.values(args).join(" "));
	const codes = new Set(scripts.flatMap((script) => [...script.matchAll(/\bexit (\d+)/g)].map(([, code]) => code)));
	return new Set(calls.filter(({ call, args }) => call === "_exit" && codes.has(Object.values(args)[0])));
}

/** Orders the calls: those of a process in their own order, and those of a forked process right after the fork. */
function inOrder(calls: readonly LedgerCall[]): LedgerCall[] {
	const byTask = new Map<string, LedgerCall[]>();
	for (const call of calls) {
		const own = byTask.get(call.task);
		if (own === undefined) byTask.set(call.task, [call]);
		else own.push(call);
	}
	const ordered: LedgerCall[] = [];
	// Uses a stack instead of recursion: the tree of processes may be as deep as the ledger is long.
	for (const first of [...byTask.keys()].sort()) {
		const waiting = [{ task: first, own: byTask.get(first) ?? [], at: 0, children: 0 }];
		byTask.delete(first);
		for (let top = waiting.at(-1); top !== undefined; top = waiting.at(-1)) {
			const call = top.own[top.at++];
			if (call === undefined) {
				waiting.pop();
				continue;
			}
			ordered.push(call);
			if (call.call !== "fork" || !(Number(call.result) > 0)) continue;
			const task = `${top.task}.${++top.children}`;
			const own = byTask.get(task) ?? [];
			byTask.delete(task);
			if (own.length > 0) waiting.push({ task, own, at: 0, children: 0 });
		}
	}
	return ordered;
}

function align(yours: LedgerCall[], reference: LedgerCall[], comparator: typeof areAlike): Row[] {
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

// Ignores what differs between any two runs: pids, descriptors, drawn names, numbers and signals in the command's
// script, and numbers that node:fs writes. Also ignores arguments that are comments, and the order in a set of signals.
const areAlike = (one: LedgerCall, other: LedgerCall): boolean => comparisonKey(one) === comparisonKey(other);

const keys = new WeakMap<LedgerCall, string>();

// Keeps the key: each call is compared with many others.
function comparisonKey(ofCall: LedgerCall): string {
	const known = keys.get(ofCall);
	if (known !== undefined) return known;
	const { task, call, args, error } = ofCall;
	const key = JSON.stringify([
		generationOf(task),
		call,
		error,
		...Object.entries(args).map(([name, value]) =>
			/^(pid|fd)$/.test(name) || value.startsWith("/*") ? name : sorted(withoutInputs(call, value)),
		),
	]);
	keys.set(ofCall, key);
	return key;
}

/** Number of forks from the engine to a process: 0 for "1", the engine itself, and 1 for "1.1", its first child. */
const generationOf = (task: string): number => task.split(".").length - 1;

function withoutInputs(call: string, value: string): string {
	const named = value.replaceAll(/-[0-9a-f]{4,8}\b|\b[0-9a-f]{8}\b/g, "-");
	if (call === "execve") return named.replaceAll(/\d+|\bkill -[A-Z]+/g, "…");
	return call.startsWith("fs.") ? withoutNumbers(named) : named;
}

// Many numbers that are written come from the inputs, such as limits, pids and digests. Numbers of one digit seldom do:
// they say "on", "off" or "this process". A name at the end of a text that is cut may be cut, too.
const withoutNumbers = (value: string) => value.replace(/\w*…"$/, '…"').replaceAll(/\b[0-9a-f]{8,}\b|\d{2,}/g, "…");

// A set of signals is the same in any order.
const sorted = (value: string) =>
	/^\[SIG.*\]$/.test(value) ? value.slice(1, -1).split(", ").sort().join(", ") : value;

function foldRows(rows: readonly Row[], firstDifference: number) {
	const shown: { cells: [string, string]; mark: boolean }[] = [];
	let folded: Row[] = [];
	const flush = () => {
		const more = (side: keyof Row) => {
			const count = folded.filter((row) => row[side] !== undefined).length;
			return moreLabel(count);
		};
		if (folded.length > 0) shown.push({ cells: [more("yours"), more("reference")], mark: false });
		folded = [];
	};
	for (const [index, row] of rows.entries()) {
		if (isRepetition(rows, index)) {
			folded.push(row);
			continue;
		}
		flush();
		shown.push({ cells: [showCall(row.yours), showCall(row.reference)], mark: index === firstDifference });
	}
	flush();
	return shown;
}

// Whether the rows before and after a row show the same call as it does. Of a call that is repeated many times, only
// the first and the last are shown.
function isRepetition(rows: readonly Row[], index: number): boolean {
	const [before = {}, row = {}, after = {}] = [rows[index - 1], rows[index], rows[index + 1]];
	return (["yours", "reference"] as const).every((side) => {
		const [previous, current, next] = [before[side], row[side], after[side]];
		if (current === undefined) return previous === undefined && next === undefined;
		return previous !== undefined && next !== undefined && areAlike(previous, current) && areAlike(current, next);
	});
}

function showCall(call: LedgerCall | undefined): string {
	if (call === undefined) return "";
	const { task, args, result, error } = call;
	const generation = generationOf(task);
	const indent = "  ".repeat(Math.min(generation, INDENTS_MAX));
	const deeper = generation > INDENTS_MAX ? `(generation ${generation}) ` : "";
	const answer = error ?? (result === undefined ? unfinished(call) : result === 0 ? "" : String(result));
	const shown = Object.values(args).filter((argument) => !argument.startsWith("/*"));
	const short = shown.map((argument) => shorten(argument, LONG_ARGUMENT_WIDTH));
	return `${indent}${deeper}${shorten(call.call, LONG_ARGUMENT_WIDTH)}(${shorten(short.join(", "), TEXT_WIDTH)})${answer === "" ? "" : ` = ${answer}`}`;
}

// A write that was begun, such as one whose promise was never settled, has perhaps not happened.
const unfinished = ({ call }: LedgerCall) => (call.startsWith("fs.") ? "not done" : "");

const moreLabel = (count: number) => (count <= 0 ? "" : `… ${count} more …`);

const shorten = (text: string, width: number) => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);
