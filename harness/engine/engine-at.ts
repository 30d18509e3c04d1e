import { existsSync, readFileSync } from "node:fs";
import { inKit, withUnixLines } from "../base/kit.ts";

/**
 * The engine is a list of parts, one a lesson: `solutions/box.ts`. A lesson is checked with the parts of lessons up to its
 * own, so nothing that is added to a later one changes the program that it is checked with.
 */
const LIST = "solutions/box.ts";

/** What a program for the guest is made of. */
export interface Engine {
	/** The file that the program begins with. */
	entry: string;
	/** Number of the last lesson whose part is there, such as `07`; all are if not given. */
	upTo?: string;
}

/** An option of `box run`. */
export interface BoxOption {
	/** What stands for its value in the usage text. */
	value: string;
	help: string;
	repeats?: boolean;
}

/** The engine with all parts. */
export const WHOLE_ENGINE: Engine = { entry: inKit(LIST) };

/**
 * What a lesson is checked with: the lesson's own `driver.ts`, if it has one, and the engine otherwise.
 * @param lesson the lesson's id
 */
export function engineAt(lesson: string): Engine {
	const driver = inKit("lessons", lesson, "driver.ts");
	return { entry: existsSync(driver) ? driver : WHOLE_ENGINE.entry, upTo: lesson.slice(0, 2) };
}

/**
 * Reads a file of the kit's for a program.
 * @param path in the kit
 * @param upTo number of the last lesson whose part is there
 */
export function engineText(path: string, upTo?: string): string {
	const text = withUnixLines(readFileSync(inKit(path), "utf8"));
	if (path === LIST) return text.replaceAll(LINE, (line, ...named) => (isThere(named, upTo) ? line : ""));
	return path.endsWith(".txt") ? text.replace("{OPTIONS}", usageOf(boxOptions(upTo))) : text;
}

/** The options of `box run`, by name, in the order of the lessons. */
export function boxOptions(upTo?: string): Record<string, BoxOption> {
	const list = withUnixLines(readFileSync(inKit(LIST), "utf8"));
	const lessons = [...list.matchAll(LINE)]
		.filter(([, ...named]) => isThere(named, upTo))
		.map(([, lesson = ""]) => lesson);
	const files = lessons.sort().map((lesson) => inKit("solutions", lesson, "options.json"));
	return Object.assign(
		{},
		...files.filter((file) => existsSync(file)).map((file) => JSON.parse(readFileSync(file, "utf8"))),
	);
}

// The line of a part, and the number of the lesson whose part takes its place.
const LINE = /^import "\.\/(\d\d-[^"/]+)\/part\.ts"(?: with \{ until: "(\d\d)" \})?;\n/gm;

function isThere([lesson = "", until = "99+"]: (string | undefined)[], upTo = "99"): boolean {
	return lesson.slice(0, 2) <= upTo && upTo < until;
}

/** Where the text about an option begins, and where its lines end. */
const [INDENT, WIDTH] = [24, 80];

function usageOf(options: Record<string, BoxOption>): string {
	return Object.entries(options)
		.map(([name, { value, help, repeats }]) => {
			const [first = "", ...more] = folded(`${help}${repeats ? "; may be repeated" : ""}`, WIDTH - INDENT);
			return [`  --${name} ${value}`.padEnd(INDENT) + first, ...more.map((line) => " ".repeat(INDENT) + line)].join(
				"\n",
			);
		})
		.join("\n");
}

function folded(text: string, width: number): string[] {
	return text.match(new RegExp(`.{1,${width}}(?= |$)`, "g"))?.map((line) => line.trim()) ?? [];
}
