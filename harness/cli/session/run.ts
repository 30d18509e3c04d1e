import { Failure } from "../../base/failure.ts";
import { lessonsOfBox } from "../../engine/engine.ts";
import { findLesson } from "../../judge/lessons.ts";
import { currentLesson } from "../../learner/course.ts";
import { runSession } from "./session.ts";

/** Options of `drydock run`. With `solution`, `box` is made of the reference's modules only. */
export interface RunOptions {
	solution?: boolean | undefined;
	/** Options of `box run`, which are passed on. The value of an option that takes none is true. */
	given: [name: string, value: unknown][];
}

const ROOTFS = "/lab/rootfs";

/**
 * `drydock run`: runs a command in a container of the learner's engine.
 * @param words the words before `--`: a lesson, or none
 * @param command the words after `--`; without any, a shell
 * @returns the command's exit code
 */
export async function run(words: string[], command: string[], options: RunOptions): Promise<number> {
	const [id, ...more] = words;
	if (more.length > 0)
		throw new Failure("usage", "the command comes after --", `npx drydock run ${id} -- ${more.join(" ")}`);
	const { solution = false, given } = options;
	const passedOn = given.flatMap(([name, value]) => (value === true ? `--${name}` : [`--${name}`, String(value)]));
	const lesson = id === undefined ? await currentLesson() : await findLesson(id);
	// If a later lesson's module has replaced this lesson's, `box` is made without later lessons: see session.ts. Such a
	// `box` has neither --interactive nor --tty, and its container has the same streams as `box` itself.
	const isWhole = (await lessonsOfBox()).has(lesson.id);
	const streams = isWhole ? ["--interactive", ...(process.stdin.isTTY && process.stdout.isTTY ? ["--tty"] : [])] : [];
	return runSession({
		lesson,
		solution,
		argv: ["box", "run", ...streams, ...passedOn, ROOTFS, ...(command.length > 0 ? command : ["sh"])],
		...(command.length === 0 && { greeting: "sh in a container of your engine; exit or Ctrl-D ends it\n" }),
	});
}
