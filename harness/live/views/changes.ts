import type { KernelState } from "../events.ts";
import type { Moment, Past } from "./past.ts";

/** The process that gets what is typed into a shell. */
export type ShellState = NonNullable<KernelState["shells"][string]>;

/** Whether something was read of a shell. While no shell runs, as before the first step, it is not missing yet. */
export function isReadOf({ shells }: KernelState, has: (shell: ShellState) => boolean): boolean {
	const running = Object.values(shells).filter((shell) => shell !== null);
	return running.length === 0 || running.some(has);
}

/**
 * The past without gaps. If the state of a shell's process is missing, because the shell did not run or the process
 * ended while it was read, the last known state takes its place, marked as not waiting for keys. The moments before
 * all shells were there are left out.
 */
export function withoutGaps(past: Past): Past {
	const last: KernelState["shells"] = {};
	return past.flatMap((seen) => {
		const { atMs, view } = seen;
		const whole = Object.values(view.shells).every((shell) => shell !== null);
		for (const [name, shell] of Object.entries(view.shells)) {
			const before = last[name];
			last[name] = shell ?? (before ? { ...before, listens: false } : null);
		}
		const complete = Object.values(last).every((shell) => shell !== null);
		if (whole && complete) return [seen];
		return complete ? [{ atMs, view: { ...view, shells: { ...last } } }] : [];
	});
}

/**
 * Finds the earlier moment to compare the last one with, so as to tell what has just changed. Returns null if nothing
 * has ever changed.
 *
 * One command makes many moments, so the last one that was different may be in the middle of a command. Therefore, the
 * result is the moment at which the command began: of the moments up to the different one, the last one at which all
 * shells waited for keys. If there is no such moment, or if it looks like the last one because the command has left
 * nothing behind, the result is the last moment that was different.
 * @param past without gaps
 * @param comparedPart returns the part of what the kernel showed whose changes count; pass the same function each time,
 * because its results are cached
 */
export function beforeLastChange(past: Past, comparedPart: (view: KernelState) => unknown): Moment | null {
	const texts = textCache.get(comparedPart) ?? new WeakMap<Moment, string>();
	textCache.set(comparedPart, texts);
	const text = (seen: Moment) => {
		const known = texts.get(seen) ?? JSON.stringify(comparedPart(seen.view));
		texts.set(seen, known);
		return known;
	};
	const last = past.at(-1);
	if (last === undefined) return null;
	const now = text(last);
	const lastDifferent = past.findLastIndex((seen) => text(seen) !== now);
	const settled = past.slice(0, lastDifferent + 1).findLast(({ view }) => Object.values(view.shells).every(listens));
	return settled !== undefined && text(settled) !== now ? settled : (past[lastDifferent] ?? null);
}

/**
 * The moments of the command that has made the last change: from the last moment before it at which all shells waited
 * for keys, up to now. Empty if nothing has ever changed.
 * @param past without gaps
 * @param comparedPart as for {@link beforeLastChange}
 */
export function momentsOfLastChange(past: Past, comparedPart: (view: KernelState) => unknown): Past {
	const before = beforeLastChange(past, comparedPart);
	if (before === null) return [];
	const until = past.slice(0, past.indexOf(before) + 1);
	return past.slice(
		Math.max(
			0,
			until.findLastIndex(({ view }) => Object.values(view.shells).every(listens)),
		),
	);
}

/**
 * The picture of the last moment, and the last picture that was different.
 * @param pictureOf makes a picture of one moment
 * @returns `before` is null if nothing has ever changed; both are null if nothing was seen
 */
export function latestTwo<P>(
	past: Past,
	pictureOf: (moment: Past[number]) => P,
): { now: P; before: P | null } | { now: null; before: null } {
	const last = past.at(-1);
	if (last === undefined) return { now: null, before: null };
	const now = pictureOf(last);
	const text = JSON.stringify(now);
	for (const moment of past.slice(0, -1).toReversed()) {
		const before = pictureOf(moment);
		if (JSON.stringify(before) !== text) return { now, before };
	}
	return { now, before: null };
}

/**
 * The compared part of each moment as JSON, by the function that returns the part. It is cached, because a demo of an
 * hour is painted hundreds of times, and what was seen does not change.
 */
const textCache = new WeakMap<(view: KernelState) => unknown, WeakMap<Moment, string>>();

const listens = (shell: ShellState | null) => shell?.listens === true;
