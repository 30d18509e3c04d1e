import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { inKit, withUnixLines } from "../base/kit.ts";

/**
 * The engine is a list of parts: `solutions/box.ts`. Each part belongs to a lesson. A lesson is checked with the parts
 * of the lessons up to its own, so a change to a later part does not change that lesson's program.
 */
const LIST = "solutions/box.ts";

/** The parts of the engine that a program for the guest contains. */
export interface Engine {
	/** The program's entry file. */
	entry: string;
	/** Number of the last lesson whose part is included, such as `07`; all parts if not given. */
	upTo?: string;
}

/** An option of `box`. */
export interface BoxOption {
	/** One letter: `-v` is the same as `--volume`. */
	short?: string;
	/** The placeholder for the option's value in the usage text. Without it, the option has no value. */
	value?: string;
	help: string;
	/** Whether the option may be given several times. */
	repeats?: boolean;
	/** The commands of `box` that have the option. Default: only `run`. */
	commands?: string[];
}

/** The engine with all parts. */
export const WHOLE_ENGINE: Engine = { entry: inKit(LIST) };

/**
 * The engine that a lesson is checked with. Its entry file is the lesson's `driver.ts`, if the lesson has one, and
 * otherwise `solutions/box.ts`.
 * @param lesson the lesson's id
 */
export function engineAt(lesson: string): Engine {
	const driver = inKit("lessons", lesson, "driver.ts");
	return { entry: existsSync(driver) ? driver : WHOLE_ENGINE.entry, upTo: lesson.slice(0, 2) };
}

/**
 * Reads a source file of the kit for a program that has only the parts up to a lesson. The list of parts is returned
 * without later parts and without replaced ones, and the usage text with the options of the included parts.
 * @param path relative to the kit's folder
 * @param upTo number of the last lesson whose part is included
 */
export function engineText(path: string, upTo?: string): string {
	const text = withUnixLines(readFileSync(inKit(path), "utf8"));
	if (path === LIST) return text.replaceAll(PART_LINE, (line, ...named) => (isIncluded(named, upTo) ? line : ""));
	return path.endsWith(".txt") ? text.replace("{OPTIONS}", usageOf(boxOptions(upTo, basename(path, ".txt")))) : text;
}

/** The options of a command of `box` by name, in the order of the lessons. */
export function boxOptions(upTo?: string, command = "run"): Record<string, BoxOption> {
	const list = withUnixLines(readFileSync(inKit(LIST), "utf8"));
	const lessons = [...list.matchAll(PART_LINE)]
		.filter(([, ...named]) => isIncluded(named, upTo))
		.map(([, lesson = ""]) => lesson);
	const files = lessons.sort().map((lesson) => inKit("solutions", lesson, "options.json"));
	const all = files
		.filter((file) => existsSync(file))
		.flatMap((file) => Object.entries<BoxOption>(JSON.parse(readFileSync(file, "utf8"))));
	return Object.fromEntries(all.filter(([, { commands = ["run"] }]) => commands.includes(command)));
}

// A line of the list: the id of the lesson whose part or late part it is, and perhaps the number of the lesson whose
// part replaces this one (`until`).
const PART_LINE = /^import "\.\/(\d\d-[^"/]+)\/(?:late-)?part\.ts"(?: with \{ until: "(\d\d)" \})?;\n/gm;

function isIncluded([lesson = "", until = "99+"]: (string | undefined)[], upTo = "99"): boolean {
	return lesson.slice(0, 2) <= upTo && upTo < until;
}

/** The column where an option's description begins, and the width of a line. */
const [INDENT, WIDTH] = [24, 80];

function usageOf(options: Record<string, BoxOption>): string {
	return Object.entries(options)
		.map(([name, { short, value, help, repeats }]) => {
			const option = `  ${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
			const lines = wrapped(`${help}${repeats ? "; may be repeated" : ""}`, WIDTH - INDENT);
			const [first = "", ...more] = option.length < INDENT ? lines : ["", ...lines];
			return [(option.padEnd(INDENT) + first).trimEnd(), ...more.map((line) => " ".repeat(INDENT) + line)].join("\n");
		})
		.join("\n");
}

function wrapped(text: string, width: number): string[] {
	return text.match(new RegExp(`.{1,${width}}(?= |$)`, "g"))?.map((line) => line.trim()) ?? [];
}
