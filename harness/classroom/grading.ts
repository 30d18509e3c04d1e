import { realpath } from "node:fs/promises";
import { hashOf } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { interruption } from "../base/interrupt.ts";
import type { Progress } from "../base/progress.ts";
import { findLesson, lessons, loadCheck } from "../judge/lessons.ts";
import { MachinePool } from "../vm/machine-pool.ts";
import { type Candidate, gradeAll, type LessonToGrade } from "./grader.ts";
import { showGradingProgress } from "./grading-progress.ts";
import { Journal, journalPath } from "./journal.ts";
import { reportOfError } from "./judgement.ts";
import { judgementKey } from "./judgement-key.ts";
import type { ClassReport, SubmissionReport } from "./result.ts";
import { classKey, isInShard, type Shard } from "./shard.ts";

/** A class to grade, or a part of one. */
export interface ClassWork {
	/** The folder with what was handed in. */
	dir: string;
	allCandidates: readonly Candidate[];
	lessons: readonly LessonToGrade[];
	/** The part of `allCandidates` to grade. */
	shard: Shard;
	/** Number of machines that run at a time. */
	machinesAtOnce: number;
	/** Number of additional machines while a processor is idle. */
	extraMachines: number;
	/** Whether to use the judgements of an interrupted run. */
	resume: boolean;
}

/**
 * Grades a class, and reports progress.
 * @throws only if it is interrupted, or drydock has a bug. A {@link Failure} becomes a result of every submission.
 */
export async function gradeClass(work: ClassWork, progress: Progress): Promise<ClassReport> {
	const startedMs = performance.now();
	const { allCandidates, lessons, shard } = work;
	const submissions = await gradeCandidates(work, progress);
	return {
		schemaVersion: 1,
		kit: hashOf(lessons.map(({ key }) => key)),
		class: { key: classKey(allCandidates.map(({ name }) => name)), submissions: allCandidates.length },
		shard,
		lessons: lessons.map(({ lesson: { id, title }, check: { weight } }) => ({ id, title, weight })),
		submissions,
		durationMs: Math.round(performance.now() - startedMs),
	};
}

/**
 * The lessons to grade, in their order.
 * @param chosen lessons as they are named on the command line. Default: all lessons.
 * @throws {Failure} usage: there is no such lesson
 */
export async function lessonsToGrade(chosen?: readonly string[]): Promise<LessonToGrade[]> {
	const all = await lessons();
	const wanted = chosen === undefined ? all : await Promise.all(chosen.map(findLesson));
	const inOrder = all.filter(({ id }) => wanted.some((lesson) => lesson.id === id));
	return Promise.all(
		inOrder.map(async (lesson) => {
			const check = await loadCheck(lesson);
			return { lesson, check, key: await judgementKey(lesson, check) };
		}),
	);
}

async function gradeCandidates(work: ClassWork, progress: Progress): Promise<SubmissionReport[]> {
	const { dir, allCandidates, lessons: graded, shard, machinesAtOnce, extraMachines, resume } = work;
	const candidates = allCandidates.filter(({ name }) => isInShard(shard, name));
	const journal = await Journal.open(await journalPath(await realpath(dir), shard), resume);
	if (resume) progress.note(`${journal.size} results of the earlier run are kept`);
	const machines = new MachinePool(progress);
	try {
		const imageKey = await machines.imageKey();
		const lessons = graded.map(({ key, ...rest }) => ({ ...rest, key: hashOf(key, imageKey) }));
		return await progress.step("grading", (say) => {
			const { onResult } = showGradingProgress(candidates.length * graded.length, say, progress.note);
			const onRetry = (count: number) =>
				progress.note(
					`this computer was too busy to judge ${count} results; now they are judged again, with more time`,
				);
			return gradeAll(candidates, { lessons, machines, journal, machinesAtOnce, extraMachines, onResult, onRetry });
		});
	} catch (error) {
		if (interruption.aborted && journal.size > 0)
			progress.note(`${journal.size} results are kept; with --resume, the same command continues from there`);
		// This computer cannot judge. That is no submission's fault, so each gets a result that says so.
		if (interruption.aborted || !(error instanceof Failure)) throw error;
		progress.note(
			`nothing could be judged: ${error.message}${error.next === undefined ? "" : `\n  try: ${error.next}`}`,
		);
		return candidates.map(({ name }) => reportOfError(name, graded, error));
	} finally {
		await machines.close();
	}
}
