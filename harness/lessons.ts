import { readdir, readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { closest, distance } from "fastest-levenshtein";
import { exists } from "./cache.ts";
import { Failure } from "./failure.ts";
import type { Check } from "./grade/check.ts";
import type { Demo } from "./grade/demo.ts";
import { inKit } from "./kit.ts";

/** A lesson as it lies in lessons/. */
export interface Lesson {
	/** Such as `04-pivot-root`. */
	id: string;
	title: string;
}

/** All lessons, in order. */
export async function lessons(): Promise<Lesson[]> {
	const names = (await readdir(inKit("lessons"))).filter((name) => /^\d\d-/.test(name)).sort();
	return Promise.all(names.map(async (id) => ({ id, title: await titleOf(id) })));
}

/**
 * Finds a lesson by number, name or both: `04`, `pivot-root`, `04-pivot-root`.
 * @throws {Failure} usage: there is none; suggests the nearest
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

// Half a name counts as near, and so do a few wrong letters; more is a guess.
function nearestName(wanted: string, names: string[]): string | null {
	const begun = names.find((name) => wanted.length >= 3 && name.includes(wanted));
	if (begun !== undefined) return begun;
	const nearest = closest(wanted, names);
	return distance(wanted, nearest) <= Math.min(3, wanted.length / 2) ? nearest : null;
}

/** What the lesson's check.ts says. */
export function loadCheck(lesson: Lesson): Promise<Check> {
	return load<Check>(lesson, "check.ts");
}

/** What the lesson's demo.ts says. */
export function loadDemo(lesson: Lesson): Promise<Demo> {
	return load<Demo>(lesson, "demo.ts");
}

/** The lesson's text. */
export function readLesson({ id }: Lesson): Promise<string> {
	return readFile(inKit("lessons", id, "README.md"), "utf8");
}

async function load<T>({ id }: Lesson, file: string): Promise<T> {
	const module = (await import(pathToFileURL(inKit("lessons", id, file)).href)) as { default: T };
	return module.default;
}

async function titleOf(id: string): Promise<string> {
	const path = inKit("lessons", id, "README.md");
	if (!(await exists(path))) return id;
	const heading = /^# (.*)$/m.exec(await readFile(path, "utf8"));
	return heading?.[1] ?? id;
}
