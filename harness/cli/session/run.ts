import { Failure } from "../../base/failure.ts";
import { findLesson } from "../../judge/lessons.ts";
import { currentLesson } from "../../learner/course.ts";
import { talk } from "./session.ts";

/** What `box run` is given as options, and whose modules it is made of. */
export interface RunOptions {
	solution?: boolean;
	hostname?: string;
	memory?: string;
	pids?: string;
	cpus?: string;
	publish?: string[];
}

const ROOTFS = "/lab/rootfs";

/**
 * `drydock run`: a command in a container of the learner's engine.
 * @param words what stands before `--`: a lesson, or nothing
 * @param command what stands after it; a shell if nothing does
 * @returns the command's exit code
 */
export async function run(words: string[], command: string[], options: RunOptions): Promise<number> {
	const [id, ...more] = words;
	if (more.length > 0)
		throw new Failure("usage", "the command comes after --", `npx drydock run ${id} -- ${more.join(" ")}`);
	const { solution = false, publish = [], ...given } = options;
	const boxOptions = [
		...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]),
		...publish.flatMap((ports) => ["--publish", ports]),
	];
	return talk({
		lesson: id === undefined ? await currentLesson() : await findLesson(id),
		solution,
		argv: ["box", "run", ...boxOptions, ROOTFS, ...(command.length > 0 ? command : ["sh"])],
		...(command.length === 0 && { greeting: "sh in a container of your engine; exit or Ctrl-D ends it\n" }),
	});
}
