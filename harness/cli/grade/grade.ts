import { cpus } from "node:os";
import { Failure } from "../../base/failure.ts";
import { visibleProgress } from "../../base/progress.ts";
import { candidatesIn, unreadableArchivesIn } from "../../classroom/class.ts";
import { type DeliveryOptions, deliver, parseDeliveryOptions } from "../../classroom/delivery.ts";
import { gradeClass, lessonsToGrade } from "../../classroom/grading.ts";
import { isInShard, mergeReports, parseShard, readReports, WHOLE_CLASS } from "../../classroom/shard.ts";
import { lessons } from "../../judge/lessons.ts";
import { outputStyle } from "../text/terminal.ts";

/** How many more machines than processors run by default: a machine that waits for something uses no processor. */
const MACHINES_BEYOND_PROCESSORS = 2;

export interface GradeOptions extends DeliveryOptions {
	lesson?: string;
	one?: boolean;
	shard?: string;
	resume?: boolean;
	lanes?: string;
}

/** `drydock grade`. @returns the exit code */
export async function grade(dir: string, options: GradeOptions): Promise<number> {
	const graded = await lessonsToGrade(options.lesson?.split(",").map((id) => id.trim()));
	const shard = options.shard === undefined ? WHOLE_CLASS : parseShard(options.shard);
	const machinesAtOnce = parseLanes(options.lanes);
	const allCandidates = await candidatesIn(dir, await lessons(), options.one === true, (warning) =>
		visibleProgress.note(warning),
	);
	const { count, commands } = await unreadableArchivesIn(dir);
	if (count > 0)
		visibleProgress.note([`archives that drydock does not read: ${count}; to unpack them:`, ...commands].join("\n  "));
	const here = allCandidates.filter(({ name }) => isInShard(shard, name)).length;
	const delivery = await parseDeliveryOptions(options, here, dir);
	// If the user gives a number of machines, no more are added.
	const extraMachines = options.lanes === undefined ? machinesAtOnce : 0;
	const resume = options.resume === true;
	const work = { dir, allCandidates, lessons: graded, shard, machinesAtOnce, extraMachines, resume };
	return deliver(await gradeClass(work, visibleProgress), delivery, outputStyle());
}

/** `drydock grade merge`. @returns the exit code */
export async function gradeMerge(files: string[], options: DeliveryOptions): Promise<number> {
	const report = mergeReports(await readReports(files), files);
	return deliver(report, await parseDeliveryOptions(options, report.submissions.length), outputStyle());
}

function parseLanes(text: string | undefined): number {
	if (text === undefined) return cpus().length + MACHINES_BEYOND_PROCESSORS;
	const count = Number(text);
	if (!Number.isInteger(count) || count < 1 || count > 256)
		throw new Failure("usage", `--lanes ${JSON.stringify(text)} is not a number of machines`, "--lanes 4");
	return count;
}
