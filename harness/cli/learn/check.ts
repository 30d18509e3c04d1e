import { concurrently } from "../../base/concurrently.ts";
import { EXIT, Failure, failureOf } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { silentProgress, visibleProgress } from "../../base/progress.ts";
import { judge, type Verdict } from "../../judge/judge.ts";
import { findLesson, type Lesson, lessons, loadCheck } from "../../judge/lessons.ts";
import { currentLesson, editedLessons, logbook, passedModules, recordAttempt } from "../../learner/course.ts";
import { chosenModule, isLearnersModule, type ModuleChoice } from "../../learner/module-choice.ts";
import { FINISH_COMMAND } from "../../learner/next.ts";
import { passedTrackOf, tracks } from "../../learner/tracks.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { outputStyle, printJson } from "../text/terminal.ts";
import { requireOneModule } from "./one-module.ts";
import { reportReplacedModules } from "./replaced-modules.ts";
import { skeletonReport } from "./skeleton-report.ts";

export interface CheckOptions extends ModuleChoice {
	mine?: boolean;
	all?: boolean;
	trace?: boolean;
	json?: boolean;
}

/** `drydock check`. @returns the exit code */
export async function check(id: string | undefined, options: CheckOptions): Promise<number> {
	const chosen = await chooseLessons(id, options);
	// Fails before the work, and not after it, if the logbook cannot be read.
	if (isLearnersModule(options)) await logbook();
	try {
		return await checkIn(new MachinePool(options.json ? silentProgress : visibleProgress), chosen, options);
	} catch (error) {
		if (options.json && !interruption.aborted) printFailure(error, chosen);
		throw error;
	}
}

async function checkIn(machines: MachinePool, chosen: Lesson[], options: CheckOptions): Promise<number> {
	const [lesson] = chosen;
	// Fails if the module does not exist, before a machine is prepared: on a new computer, preparing takes minutes.
	if (!options.all && lesson !== undefined) await chosenModule(lesson, options);
	machines.prepare();
	try {
		return options.all ? await checkAll(chosen, machines, options) : await checkOne(chosen, machines, options);
	} finally {
		await machines.close();
	}
}

async function checkOne([lesson]: Lesson[], machines: MachinePool, options: CheckOptions): Promise<number> {
	if (lesson === undefined) throw new Failure("failed", "there are no lessons");
	const edited = await editedLessons();
	const verdict = await judgeOne(lesson, machines, options);
	reportReplacedModules(replacedModules([verdict], edited));
	if (options.json) printJson(verdict);
	else await printVerdict(lesson, verdict, options);
	return verdict.verdict === "pass" ? EXIT.passed : EXIT.notPassed;
}

// With --json, a failure is a document on standard output, and its message is on standard error as usual. Wrong usage
// is no verdict and gives no document.
function printFailure(error: unknown, [lesson]: Lesson[]): void {
	const failure = failureOf(error);
	const kind = failure?.kind ?? "failed";
	if (kind === "usage") return;
	printJson({
		schemaVersion: 1,
		lesson: lesson?.id ?? null,
		verdict: kind === "unsupported" ? "unsupported" : "error",
		message: failure?.message ?? String((error as Error).message),
		next: failure?.next ?? null,
		findings: [],
	});
}

// Checks as many lessons at a time as there are processors. Prints the verdicts in the lessons' order.
async function checkAll(chosen: Lesson[], machines: MachinePool, options: CheckOptions): Promise<number> {
	const edited = await editedLessons();
	const verdicts = concurrently(chosen, (lesson) => judgeOne(lesson, machines, options));
	for (const [index, lesson] of chosen.entries()) {
		const verdict = await verdicts[index];
		if (!options.json && verdict !== undefined) await printVerdict(lesson, verdict, options);
	}
	const all = await Promise.all(verdicts);
	reportReplacedModules(replacedModules(all, edited));
	if (options.json) printJson({ schemaVersion: 1, verdicts: all });
	return all.every(({ verdict }) => verdict === "pass") ? EXIT.passed : EXIT.notPassed;
}

async function judgeOne(lesson: Lesson, machines: MachinePool, options: CheckOptions): Promise<Verdict> {
	const mine = options.mine ? await passedModules(lesson) : undefined;
	const verdict = await judge(lesson, await chosenModule(lesson, options), machines, { mine });
	interruption.throwIfAborted();
	if (isLearnersModule(options)) await recordOrWarn(lesson, verdict);
	return verdict;
}

// The lessons whose modules were edited since they passed, and were replaced by the reference's in these checks.
function replacedModules(verdicts: readonly Verdict[], edited: ReadonlySet<string>): string[] {
	const references = new Set(verdicts.flatMap(({ engine }) => engine?.reference ?? []));
	return [...edited].filter((id) => references.has(id));
}

// If the attempt cannot be noted, the user still gets the verdict.
async function recordOrWarn(lesson: Lesson, verdict: Verdict): Promise<void> {
	await recordAttempt(lesson, verdict).catch(({ message }: Error) => {
		process.stderr.write(`this attempt was not recorded: ${message}\n`);
	});
}

async function chooseLessons(id: string | undefined, { all, ...choice }: CheckOptions): Promise<Lesson[]> {
	requireOneModule(choice, "check");
	if (all && (id !== undefined || choice.file !== undefined))
		throw new Failure("usage", "--all takes neither a lesson nor a file", "npx drydock help check");
	if (all) return lessons();
	return [id === undefined ? await currentLesson() : await findLesson(id)];
}

async function whatNext(lesson: Lesson, { verdict, ledger }: Verdict, { trace }: CheckOptions): Promise<string> {
	const { id } = lesson;
	if (verdict === "pass") {
		const ended = passedTrackOf(await tracks(), await logbook(), lesson);
		return ended === undefined ? "\ngo on   npx drydock next\n" : `\nfinish  ${FINISH_COMMAND} ${ended.number}\n`;
	}
	if (trace || ledger.exercise.length === 0) return "";
	return `\nyour calls, beside the reference's   npx drydock check ${id} --trace\n`;
}

async function printVerdict(lesson: Lesson, verdict: Verdict, options: CheckOptions): Promise<void> {
	const { report, trace } = await import("../../judge/report.ts");
	const { lessonSummary } = await loadCheck(lesson);
	const skeleton = isLearnersModule(options) ? await skeletonReport(lesson, verdict) : null;
	process.stdout.write(skeleton ?? (await report(verdict, lesson.title, lessonSummary, outputStyle())));
	if (options.trace) process.stdout.write(trace(verdict, outputStyle()));
	if (isLearnersModule(options) && !options.all && skeleton === null)
		process.stdout.write(await whatNext(lesson, verdict, options));
	if (options.all) process.stdout.write("\n");
}
