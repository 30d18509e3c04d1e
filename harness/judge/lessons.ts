import { readdir } from "node:fs/promises";
import { closest, distance } from "fastest-levenshtein";
import { exists } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { inKit, readText } from "../base/kit.ts";
import type { Check } from "./check.ts";
import type { Demo } from "./demo.ts";

/** A lesson in lessons/. */
export interface Lesson {
	/** Such as `04-pivot-root`. */
	id: string;
	/** The first heading of its README.md; without one, the id. */
	title: string;
}

/** All lessons, in order. */
export async function lessons(): Promise<Lesson[]> {
	const names = (await readdir(inKit("lessons"))).filter((name) => /^\d\d-/.test(name)).sort();
	return Promise.all(names.map(async (id) => ({ id, title: await titleOf(id) })));
}

/**
 * Finds a lesson by number, name or both: `04`, `pivot-root`, `04-pivot-root`.
 * @throws {Failure} usage: there is no such lesson; the message may suggest a similar name
 */
export async function findLesson(wanted: string): Promise<Lesson> {
	const all = await lessons();
	const found = all.find(
		({ id }) => id === wanted || id.slice(0, 2) === wanted.padStart(2, "0") || id.slice(3) === wanted,
	);
	if (found !== undefined) return found;
	const nearest = nearestName(
		wanted,
		all.flatMap(({ id }) => [id, id.slice(3)]),
	);
	if (nearest === null) throw new Failure("usage", `there is no lesson ${JSON.stringify(wanted)}`, "npx drydock list");
	throw new Failure(
		"usage",
		`there is no lesson ${JSON.stringify(wanted)}; did you mean ${nearest}?`,
		`npx drydock check ${nearest}`,
	);
}

// If at least three letters were typed, suggests a name that contains them. Otherwise, or if there is none, suggests a
// name that differs in at most three letters, and in at most half as many letters as were typed. Anything else would be
// a guess. Null if there is no such name.
function nearestName(wanted: string, names: string[]): string | null {
	const containing = names.find((name) => wanted.length >= 3 && name.includes(wanted));
	if (containing !== undefined) return containing;
	const nearest = closest(wanted, names);
	return distance(wanted, nearest) <= Math.min(3, wanted.length / 2) ? nearest : null;
}

/**
 * File name of the module that the learner writes, such as `isolate.ts`. It is the only file name that is both in
 * lessons/ID (the skeleton) and in solutions/ID. So it is found without loading the check, which also names it.
 * @throws {Failure} failed: there is no such file
 */
export async function moduleOf({ id }: Lesson): Promise<string> {
	const [lesson, solution] = await Promise.all([filesIn("lessons", id), filesIn("solutions", id)]);
	const module = lesson.find((name) => solution.includes(name));
	if (module === undefined) throw new Failure("failed", `lessons/${id} has no skeleton of what is in solutions/${id}`);
	return module;
}

/** Path of the lesson's skeleton. */
export async function skeletonOf(lesson: Lesson): Promise<string> {
	return inKit("lessons", lesson.id, await moduleOf(lesson));
}

/** Path of the lesson's reference solution. */
export async function solutionOf(lesson: Lesson): Promise<string> {
	return inKit("solutions", lesson.id, await moduleOf(lesson));
}

/**
 * The lesson's hints as Markdown, in order: the first is a question, the last names the call.
 * @throws {Failure} failed: the lesson has no hints
 */
export async function readHints({ id }: Lesson): Promise<string[]> {
	const source = await readText(inKit("lessons", id, "hints.md")).catch(() => "");
	const hints = source.split(/^## \d+$/m).slice(1);
	if (hints.length === 0) throw new Failure("failed", `lesson ${id} has no hints`, `npx drydock read ${id}`);
	return hints.map((hint) => hint.trim());
}

/** Loads the lesson's check.ts. */
export async function loadCheck({ id }: Lesson): Promise<Check> {
	return (await import(`../../lessons/${id}/check.ts`)).default;
}

/** Loads the lesson's demo.ts. */
export async function loadDemo({ id }: Lesson): Promise<Demo> {
	return (await import(`../../lessons/${id}/demo.ts`)).default;
}

/** The lesson's README.md. */
export function readLesson({ id }: Lesson): Promise<string> {
	return readText(inKit("lessons", id, "README.md"));
}

async function filesIn(tree: string, id: string): Promise<string[]> {
	const entries = await readdir(inKit(tree, id), { withFileTypes: true }).catch(() => []);
	return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function titleOf(id: string): Promise<string> {
	const path = inKit("lessons", id, "README.md");
	if (!(await exists(path))) return id;
	const heading = /^# (.*)$/m.exec(await readText(path));
	return heading?.[1] ?? id;
}
