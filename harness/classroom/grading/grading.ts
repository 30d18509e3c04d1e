import { realpath } from "node:fs/promises";
import { hashOf } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { readText } from "../../base/kit.ts";
import type { Progress } from "../../base/progress.ts";
import { findLesson, type Lesson, lessons, loadCheck, skeletonOf, solutionOf } from "../../judge/lessons.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import type { ClassRules } from "../class/class-file.ts";
import { type ClassReport, type Judgement, type Late, type SubmissionReport, WARNINGS_MAX } from "../results/result.ts";
import { pointsOf } from "../results/scoring.ts";
import { compared, withoutSketches } from "../similarity/comparison.ts";
import { SeenModules } from "../similarity/seen-modules.ts";
import type { Candidate } from "../submissions/submission.ts";
import type { LessonToGrade } from "./grader.ts";
import { showGradingProgress } from "./grading-progress.ts";
import { Journal, journalPath } from "./journal.ts";
import { reportOfError } from "./judgement.ts";
import { judgementKey } from "./judgement-key.ts";
import { gradeAll } from "./rounds.ts";
import { classKey, isInShard, type Shard } from "./shard.ts";

/** A class to grade, or a part of one. */
export interface ClassWork {
	/** The folder with what was handed in. */
	dir: string;
	/** The candidates of the whole class, even if only a part of it is graded. */
	allCandidates: readonly Candidate[];
	lessons: readonly LessonToGrade[];
	rules: Pick<ClassRules, "scoring" | "visibility">;
	/**
	 * By a candidate's name: the person's id in the roster (null: not in it), and whether the submission came late
	 * (null: not known).
	 */
	persons: ReadonlyMap<string, { id: string | null; late: Late | null }>;
	/** Messages for the teacher, which become a part of the report. */
	warnings: readonly string[];
	/** The part of `allCandidates` to grade. */
	shard: Shard;
	/** Number of machines that run at a time. */
	machinesAtOnce: number;
	/** Number of additional machines while a processor is idle. */
	extraMachines: number;
	/** Whether to use the judgements of an interrupted run. */
	resume: boolean;
	/** The command that continues after an interruption. */
	resumeCommand: string;
}

/**
 * Grades a class, and reports progress.
 * @throws {Failure} unsupported: the cache cannot be written to. Any later failure becomes a result of every
 * submission. Apart from that, this throws only if it is interrupted, or drydock has a bug.
 */
export async function gradeClass(work: ClassWork, progress: Progress): Promise<ClassReport> {
	const startedMs = performance.now();
	const { allCandidates, lessons, shard, rules, persons, warnings } = work;
	const modules = new Map(
		await Promise.all(lessons.map(async ({ lesson }) => [lesson.id, await seenModules(lesson)] as const)),
	);
	const graded = await gradeCandidates(work, modules, progress);
	const { submissions, similar } = compared(
		graded.map(({ name, results }) => ({
			name,
			id: persons.get(name)?.id ?? null,
			late: persons.get(name)?.late ?? null,
			results: results.map((result) => modules.get(result.lesson)?.describe(name, result) ?? result),
		})),
		lessons.map(({ lesson }) => lesson),
	);
	return {
		schemaVersion: 2,
		kit: hashOf(lessons.map(({ key }) => key)),
		class: { key: classKey(allCandidates.map(({ name }) => name)), submissions: allCandidates.length },
		shard,
		lessons: lessons.map((each) => ({ id: each.lesson.id, title: each.lesson.title, weight: weightOf(each) })),
		scoring: rules.scoring,
		visibility: rules.visibility,
		submissions: shard.of === 1 ? withoutSketches(submissions) : submissions,
		similar,
		warnings: warnings.slice(0, WARNINGS_MAX),
		durationMs: Math.round(performance.now() - startedMs),
	};
}

const weightOf = ({ points, check }: LessonToGrade) => points ?? check.weight;

async function seenModules(lesson: Lesson): Promise<SeenModules> {
	const [skeleton, solution] = await Promise.all(
		[skeletonOf(lesson), solutionOf(lesson)].map(async (path) => readText(await path)),
	);
	return new SeenModules(skeleton ?? "", solution ?? "");
}

/**
 * The lessons to grade, in their order.
 * @param chosen lessons as they are named on the command line; null: all lessons
 * @param points the class's own points, by the lesson's id
 * @throws {Failure} usage: there is no such lesson
 */
export async function lessonsToGrade(
	chosen: readonly string[] | null,
	points: ReadonlyMap<string, number> = new Map(),
): Promise<LessonToGrade[]> {
	const all = await lessons();
	const wanted = chosen === null ? all : await Promise.all(chosen.map(findLesson));
	const inOrder = all.filter(({ id }) => wanted.some((lesson) => lesson.id === id));
	return Promise.all(
		inOrder.map(async (lesson) => {
			const check = await loadCheck(lesson);
			const ownPoints = points.get(lesson.id);
			return {
				...{ lesson, check, key: await judgementKey(lesson, check) },
				...(ownPoints !== undefined && { points: ownPoints }),
			};
		}),
	);
}

async function gradeCandidates(
	work: ClassWork,
	modules: ReadonlyMap<string, SeenModules>,
	progress: Progress,
): Promise<SubmissionReport[]> {
	const { dir, allCandidates, lessons: graded, shard, machinesAtOnce, extraMachines, resume } = work;
	const candidates = allCandidates.filter(({ name }) => isInShard(shard, name));
	const journal = await Journal.open(await journalPath(await realpath(dir), shard), resume);
	if (resume) progress.note(`${journal.size} results of the earlier run are kept`);
	// Notes are left out: with many runs at once, nobody would know which run a note is about.
	const machines = new MachinePool({ ...progress, note: () => {} });
	try {
		const imageKey = await machines.imageKey();
		const lessons = graded.map(({ key, ...rest }) => ({ ...rest, key: hashOf(key, imageKey) }));
		return await progress.step("grading", (say) => {
			const { onResult } = showGradingProgress(candidates.length * graded.length, say, progress.note);
			const onRetry = (count: number) =>
				progress.note(
					`${count} results could not be judged, perhaps because this computer was too busy; now they are judged again, with more time`,
				);
			const pointsFor = (name: string, id: string, judgement: Judgement) => {
				const each = graded.find(({ lesson }) => lesson.id === id);
				const late = work.persons.get(name)?.late ?? null;
				return each === undefined ? null : pointsOf(judgement, weightOf(each), work.rules.scoring, late);
			};
			const onModule = (name: string, id: string, text: string) => modules.get(id)?.add(name, text);
			return gradeAll(candidates, {
				...{ lessons, machines, journal, machinesAtOnce, extraMachines },
				...{ pointsOf: pointsFor, onModule, onResult, onRetry },
			});
		});
	} catch (error) {
		if (interruption.aborted)
			progress.note(`interrupted; ${journal.size} results are kept. To continue:\n  ${work.resumeCommand}`);
		// This computer cannot judge. That is not the submissions' fault, so the result of each one says so.
		if (interruption.aborted || !(error instanceof Failure)) throw error;
		progress.note(
			`nothing could be judged: ${error.message}${error.next === undefined ? "" : `\n  try: ${error.next}`}`,
		);
		return candidates.map(({ name }) => reportOfError(name, graded, error));
	} finally {
		await machines.close();
	}
}
