import { FORMATS } from "../../classroom/formats.ts";
import type { CommandSpec, OptionSpec } from "../command.ts";

const FORMAT_NAMES = Object.keys(FORMATS);

/** Options that say how a report is written. */
const REPORT: readonly OptionSpec[] = [
	["--format <format>", `${FORMAT_NAMES.slice(0, -1).join(", ")} or ${FORMAT_NAMES.at(-1)}`],
	["--json", "the same as --format json"],
	["--out <path>", "write to this file; to files in this folder, where there is one for each submission"],
	["--details", "explain each submission's findings"],
	["--exit-zero", "exit with 0 once all is written, whatever it says"],
];

const merge: CommandSpec = {
	name: "merge <files...>",
	summary: "put the shards' JSON reports together",
	options: REPORT,
	// Commander assigns options that stand before `merge` to the command above it.
	run: async (files, _, merge) => (await import("../grade/grade.ts")).gradeMerge(files, merge.optsWithGlobals()),
};

/** Formats whose readers take the verdicts from the file, so that `grade` exits with 0 once the file is written. */
const WITH_VERDICTS = Object.entries(FORMATS).flatMap(([name, { endsWithZero }]) => (endsWithZero ? [name] : []));

const GRADES = `A lesson's module is found by its path, 02-unshare/isolate.ts, or by its name,
wherever it lies in the submission. An archive that drydock export has written is a
submission as well. Nothing that is handed in runs on this computer.

Exit codes: 0 all passed; 1 something failed or was not handed in; 3, 4 something
could not be judged, which is never a zero. With --format ${WITH_VERDICTS.slice(0, -1).join(", ")}
or ${WITH_VERDICTS.at(-1)}, 0 once the file is written.`;

export const grade: CommandSpec = {
	name: "grade <directory>",
	summary: "grade a class: a folder with a folder for each submission",
	options: [
		["--lesson <lessons>", "only these, such as 02,04"],
		["--one", "the folder is a single submission"],
		["--shard <i/n>", "only this part of the class: for several computers"],
		["--resume", "go on where a run of the same command was interrupted"],
		[
			"--lanes <number>",
			"virtual machines at a time; if not given, two more than there are processors, and more while these are idle",
		],
		...REPORT,
	],
	help: GRADES,
	commands: [merge],
	run: async (dir, options) => (await import("../grade/grade.ts")).grade(dir, options),
};
