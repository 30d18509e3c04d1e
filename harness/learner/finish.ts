import * as v from "valibot";
import { parse } from "yaml";
import { readText } from "../base/kit.ts";
import { finishSteps } from "./tracks.ts";

const Command = v.strictObject({
	/** What is typed into bash, on the host of the containers. */
	type: v.string(),
	/** Its exit code. If this is not given, any exit code is right. */
	exit: v.optional(v.number()),
	/**
	 * A line that the command must print, without white space around it. The line may begin with other text and a space,
	 * because something else may have printed that text without a line end. If this is not given, any output is right.
	 */
	shows: v.optional(v.string()),
});

const Step = v.strictObject({
	/** The id of the lesson whose work is played. */
	lesson: v.string(),
	/** What the step shows of the engine, for the report. */
	what: v.string(),
	commands: v.pipe(v.array(Command), v.minLength(1)),
});
/** A few commands in one fresh machine. They use `box`, and ask stock programs what the kernel shows. */
export type FinishStep = v.InferOutput<typeof Step>;

/** A command that did not do what it should, with what it did. */
export interface Mismatch {
	typed: string;
	/** Its exit code; null: the command did not end. */
	exit: number | null;
	printed: string;
	/** What the command should have done, for the report. */
	wanted: string;
}

/** The steps of a track's finish. */
export async function readFinish(track: number): Promise<FinishStep[]> {
	return v.parse(v.array(Step), parse(await readText(finishSteps(track))));
}

const SEPARATOR = "\u001e";

/**
 * A bash(1) script with a step's commands. In its output, a separator with the exit code follows each command's output.
 */
export function sessionOf({ commands }: FinishStep): string {
	const head = `exec 2>&1; __next() { local code=$?; printf '\\036%s\\n' $code; return $code; }`;
	return [head, ...commands.flatMap(({ type }) => [type, "__next"])].join("\n");
}

/**
 * Judges the output of the script from {@link sessionOf}. Debug prints of the learner's modules do not matter: a
 * command may print more lines than the one that it must print.
 * @returns the first command that did not do what it should; null if there is none
 */
export function mismatchIn({ commands }: FinishStep, output: string): Mismatch | null {
	let rest = output;
	for (const { type: typed, exit, shows } of commands) {
		const [end, code] = new RegExp(`${SEPARATOR}(\\d+)\\n`).exec(rest) ?? [];
		const wanted = [
			...(exit === undefined ? [] : [`exit code ${exit}`]),
			...(shows === undefined ? [] : [`the line ${JSON.stringify(shows)}`]),
		].join(", ");
		if (end === undefined) return { typed, exit: null, printed: rest, wanted };
		const printed = rest.slice(0, rest.indexOf(end));
		rest = rest.slice(printed.length + end.length);
		const isShown = shows === undefined || printed.split("\n").some((line) => ` ${line.trim()}`.endsWith(` ${shows}`));
		if (!isShown || (exit !== undefined && exit !== Number(code)))
			return { typed, exit: Number(code), printed, wanted };
	}
	return null;
}
