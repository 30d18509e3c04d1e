import { cpus } from "node:os";
import { Failure } from "../../base/failure.ts";
import { visibleProgress } from "../../base/progress.ts";
import { type ClassOptions, classRules } from "../../classroom/class/class-file.ts";
import { classList } from "../../classroom/class/class-list.ts";
import {
	type Delivery,
	type DeliveryOptions,
	deliver,
	parseDeliveryOptions,
	visibilityWarning,
} from "../../classroom/formats/delivery.ts";
import { gradeClass, lessonsToGrade } from "../../classroom/grading/grading.ts";
import { isInShard, mergeReports, parseShard, readReports, WHOLE_CLASS } from "../../classroom/grading/shard.ts";
import type { ClassReport } from "../../classroom/results/result.ts";
import { folderKind } from "../../classroom/submissions/folder-kind.ts";
import { lessons } from "../../judge/lessons.ts";
import { outputStyle } from "../text/terminal.ts";

/** Options of the command line: harness/cli/commands/grade.ts says what each of them does. */
export interface GradeOptions extends DeliveryOptions, ClassOptions {
	one?: boolean;
	shard?: string;
	resume?: boolean;
	lanes?: string;
}

/** `drydock grade`. @returns the exit code */
export async function grade(dir: string, options: GradeOptions): Promise<number> {
	const shard = options.shard === undefined ? WHOLE_CLASS : parseShard(options.shard);
	const machinesAtOnce = parseLanes(options.lanes);
	const all = await lessons();
	const kind = await folderKind(dir, all, options.one);
	const rules = await classRules(kind.isSubmission ? null : dir, options);
	const graded = await lessonsToGrade(rules.lessons, rules.points);
	const { candidates, persons, warnings } = await classList(dir, all, kind, rules);
	for (const warning of warnings) visibleProgress.note(warning);
	const submissionsInShard = candidates.filter(({ name }) => isInShard(shard, name)).length;
	const delivery = await parseDeliveryOptions(options, submissionsInShard, dir);
	const work = {
		...{ dir, allCandidates: candidates, lessons: graded, rules, persons, warnings, shard, machinesAtOnce },
		// If the user gives a number of machines, no more are added.
		extraMachines: options.lanes === undefined ? machinesAtOnce : 0,
		resume: options.resume === true,
		resumeCommand: resumeCommand(process.argv.slice(2)),
	};
	return delivered(await gradeClass(work, visibleProgress), delivery);
}

function delivered(report: ClassReport, delivery: Delivery): Promise<number> {
	const warning = visibilityWarning(report, delivery);
	if (warning !== null) visibleProgress.note(warning);
	return deliver(report, delivery, outputStyle());
}

// The same command again, with --resume.
function resumeCommand(args: readonly string[]): string {
	const words = args.includes("--resume") ? args : [...args, "--resume"];
	return `npx drydock ${words.map((word) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ")}`;
}

/** `drydock grade merge`. @returns the exit code */
export async function gradeMerge(files: string[], options: DeliveryOptions): Promise<number> {
	const report = mergeReports(await readReports(files), files);
	return delivered(report, await parseDeliveryOptions(options, report.submissions.length));
}

function parseLanes(text: string | undefined): number {
	// With more machines than processors, each takes so much longer that all together grade fewer submissions. If machines
	// wait, and a processor is idle, the grader starts more: see idleness.ts.
	if (text === undefined) return cpus().length;
	const count = Number(text);
	if (!Number.isInteger(count) || count < 1 || count > 256)
		throw new Failure("usage", `--lanes ${JSON.stringify(text)} is not a number of machines`, "--lanes 4");
	return count;
}
