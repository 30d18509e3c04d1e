import { FORMATS } from "../../classroom/formats/formats.ts";
import type { CommandSpec, OptionSpec } from "../command.ts";

const FORMAT_NAMES = Object.keys(FORMATS);

/** Options that say how a report is written. */
const REPORT: readonly OptionSpec[] = [
	["--format <format>", `write the report as ${FORMAT_NAMES.slice(0, -1).join(", ")} or ${FORMAT_NAMES.at(-1)}`],
	["--json", "the same as --format json"],
	["--out <path>", "write to this file; if the format has one file for each submission, to this folder"],
	["--details", "explain each submission's findings"],
	["--exit-zero", "exit with 0 once the report is written, whatever the results"],
];

const merge: CommandSpec = {
	name: "merge <files...>",
	summary: "merge the JSON reports of all parts of a class (--shard) into one report",
	options: REPORT,
	run: async (files, options) => (await import("../grade/grade.ts")).gradeMerge(files, options),
};

/** Formats whose readers take the verdicts from the file, so that `grade` exits with 0 once the file is written. */
const WITH_VERDICTS = Object.entries(FORMATS).flatMap(([name, { endsWithZero }]) => (endsWithZero ? [name] : []));

const HELP = `A submission is a folder, an archive (.zip, .tar, .tar.gz), or files that are
named after their owner, as learning platforms name them. drydock finds the
module of a lesson by its path, such as 02-unshare/isolate.ts, or by its name in
any folder. Submitted code runs only in virtual machines.

drydock.class.yaml in the class's folder may set: lessons, points, scoring,
deadline, late, roster, visibility, visibleFrom. Options override it.

Exit codes: 0 all passed; 1 something failed or was not handed in; 3 or 4
something could not be judged: it has no score, not a score of 0. With --format
${WITH_VERDICTS.slice(0, -1).join(", ")} or ${WITH_VERDICTS.at(-1)}: 0 once the file is written.`;

export const grade: CommandSpec = {
	name: "grade <directory>",
	summary: "grade a class: a folder with a folder or an archive for each submission",
	options: [
		["--lesson <lessons>", "grade only these lessons, such as 02,04"],
		["--one", "the folder is a single submission"],
		["--class <file>", "the class file; if not given, drydock.class.yaml in the folder, if it exists"],
		["--points <points>", "the points of lessons, such as 02=10,04=30"],
		[
			"--scoring <scoring>",
			"groups: each part of a lesson earns points; all-or-nothing: only a lesson that passes does",
		],
		["--deadline <time>", "when the work was due, such as 2026-11-30T23:59:00+01:00"],
		["--late <percent>", "take this percentage of the points off for each day after the deadline"],
		[
			"--roster <file>",
			"a CSV file with the members of the class, such as one from Moodle, Canvas or GitHub Classroom; a column submitted has the times of the submissions",
		],
		[
			"--visibility <who>",
			"for Gradescope, when learners see the results: visible, hidden, after_due_date or after_published",
		],
		["--visible-from <time>", "for Gradescope, hide the results in a report that is made before this time"],
		["--shard <i/n>", "grade only a part of the class, on one of several computers: 2/5 is the second of five"],
		["--resume", "continue an interrupted run of the same command"],
		[
			"--lanes <number>",
			"how many virtual machines run at a time; if not given, as many as there are processors, and more while processors are idle",
		],
		...REPORT,
	],
	help: HELP,
	commands: [merge],
	run: async (dir, options) => (await import("../grade/grade.ts")).grade(dir, options),
};
