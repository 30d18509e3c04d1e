import { posix } from "node:path";
import { hashOf } from "../../base/cache.ts";
import { ConcurrencyLimit } from "../../base/concurrently.ts";
import { Failure, failureOf } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { inKit, withUnixLines } from "../../base/kit.ts";
import { bundle } from "../../engine/bundle.ts";
import { engineAt } from "../../engine/engine-at.ts";
import { typeErrors } from "../../engine/type-errors.ts";
import type { Check } from "../../judge/check.ts";
import { judge, type Verdict } from "../../judge/judge.ts";
import type { Lesson } from "../../judge/lessons.ts";
import type { MachinePool } from "../../judge/module-run.ts";
import { factText } from "../../judge/report.ts";
import { harmless } from "../results/harmless.ts";
import type { Judgement, Result } from "../results/result.ts";
import { filesOf, findModule, folderOf, type Submission, withFileAt } from "../submissions/submission.ts";
import { AdaptiveDeadlines } from "./adaptive-deadlines.ts";
import { hasRoomForMachine, processorTimes } from "./idleness.ts";
import type { Journal } from "./journal.ts";
import { judgementOf, judgementOfError, judgementOfLargeFile, TOO_BUSY, withoutVerdict } from "./judgement.ts";

/** Interval at which the grader asks whether the computer could run one more machine. */
const LOOK_EVERY_MS = 1_000;
/**
 * Below this share of the requested processor time, a machine may have been too slow for its deadlines, so a failure
 * may be the computer's fault. On a computer that does nothing else, the share is higher even with all machines in use.
 */
const ENOUGH_SHARE = 0.4;

/** A lesson to grade. */
export interface LessonToGrade {
	lesson: Lesson;
	check: Check;
	/** Key of everything that a judgement depends on, apart from the submission. */
	key: string;
	/** The class's points for it. Default: the check's. */
	points?: number;
}

export interface GraderOptions {
	machines: MachinePool;
	journal: Journal;
	/** Number of machines that run at a time. */
	machinesAtOnce: number;
	/**
	 * Number of additional machines while a processor is idle, so that submissions that hang by sleeping delay nobody.
	 */
	extraMachines: number;
	/** The points for a judgement; null if nothing was judged. */
	pointsOf(name: string, lesson: string, judgement: Judgement): number | null;
	/** Called with the text of each module that is found. */
	onModule?(name: string, lesson: string, text: string): void;
}

/** A result, and whether it may be wrong because the computer was too busy, or because judging failed. */
export interface Attempt<T> {
	result: T;
	isDoubtful: boolean;
}

/**
 * Judges lessons of submissions. Each module runs in the reference's engine, in a machine of its own. Equal files are
 * judged once in a round.
 */
export class Grader {
	readonly #options: GraderOptions;
	readonly #limiter: ConcurrencyLimit;
	/** By the lesson's id: the machines that judge it in this round, once the reference has passed in one of them. */
	readonly #provenMachines = new Map<string, Promise<MachinePool>>();
	/** By the key of the judged files: the judgement of this round, and the first submission with these files. */
	readonly #judgements = new Map<string, { by: string; attempt: Promise<Attempt<Judgement>> }>();
	/** Diagnoses that were made while the computer was busy, by the key of the judged files. */
	readonly #doubtfulDiagnoses = new Map<string, string>();

	constructor(options: GraderOptions) {
		this.#options = options;
		this.#limiter = new ConcurrencyLimit(options.machinesAtOnce);
	}

	/** Begins another round. The reference is timed again, because the computer's load has changed. */
	beginRound(): void {
		this.#provenMachines.clear();
		this.#judgements.clear();
	}

	/** Judges a lesson of a submission. @throws only if it is interrupted: see {@link Attempt} */
	async grade(name: string, open: () => Promise<Submission>, lessonToGrade: LessonToGrade): Promise<Attempt<Result>> {
		interruption.throwIfAborted();
		const { id } = lessonToGrade.lesson;
		const resultOf = (judgement: Judgement, more: Partial<Result> = {}): Result => ({
			...{ lesson: id, file: null, sameAs: null, note: null, sketch: null, ...more },
			points: this.#options.pointsOf(name, id, judgement),
			...judgement,
		});
		try {
			const submission = await open();
			const found = await findModule(submission, id, lessonToGrade.check.module);
			if (found.kind === "missing") return finalAttempt(resultOf(withoutVerdict("missing", found.reason)));
			if (found.kind === "unclear") return finalAttempt(resultOf(withoutVerdict("error", found.reason)));
			const { path, note } = found;
			const file = harmless(path.slice(1), 200);
			const text = await textOf(submission, path);
			if (text instanceof Error)
				return finalAttempt(resultOf(judgementOfLargeFile(lessonToGrade.check.module, text.message), { file, note }));
			this.#options.onModule?.(name, id, text);
			const { by, attempt } = await this.#judged(name, submission, lessonToGrade, path);
			const { result: judgement, isDoubtful } = await attempt;
			return { result: resultOf(judgement, { file, note, sameAs: by === name ? null : by }), isDoubtful };
		} catch (error) {
			interruption.throwIfAborted();
			return finalAttempt(resultOf(judgementOfError(error)));
		}
	}

	/** Allows additional machines while the computer could do more, until `work` is done. */
	async withExtraMachines<T>(work: Promise<T>): Promise<T> {
		let before = processorTimes();
		const timer = setInterval(() => {
			const now = processorTimes();
			if (hasRoomForMachine(before, now)) this.#limiter.startExtra(this.#options.extraMachines);
			before = now;
		}, LOOK_EVERY_MS);
		return work.finally(() => clearInterval(timer));
	}

	// Judges the module at the path `found`. Submissions with the same files share one judgement in a round; `by` is the
	// name of the submission that was judged.
	async #judged(name: string, submission: Submission, lessonToGrade: LessonToGrade, found: string) {
		const { lesson, check, key: kit } = lessonToGrade;
		const sources: [string, string][] = [];
		// A module that was found under nearly the right name is judged as if it had the right one.
		const path = posix.join(posix.dirname(found), check.module);
		const files = filesOf(withFileAt(await folderOf(submission), found, path), (file, text) =>
			sources.push([posix.relative(posix.dirname(path), file), text]),
		);
		const modules = new Map([[inKit("solutions", lesson.id, check.module), path]]);
		const bundled = bundle(engineAt(lesson.id), modules, files).then(async (program) => {
			// Type errors do not affect the verdict. But this throws if a type is imported from outside of the submission.
			await typeErrors(path, modules, files);
			return program;
		});
		const broken = await bundled.then(
			() => false,
			(error: unknown) => {
				// What this computer refused to the compiler is not the submission's mistake.
				if (failureOf(error) !== null) throw error;
				return true;
			},
		);
		const judgeIn = (machines: MachinePool) => judge(lesson, path, machines, { types: false, bundled });
		// A broken module needs no machine. It gets no key, because perhaps not all of its files were read.
		if (broken) return { by: name, attempt: judgeIn(this.#options.machines).then(judgementOf).then(finalAttempt) };
		const key = hashOf(kit, sources.sort());
		const known = this.#judgements.get(key);
		if (known !== undefined) return known;
		const fresh = { by: name, attempt: this.#judgeInMachine(key, lessonToGrade, judgeIn) };
		this.#judgements.set(key, fresh);
		return fresh;
	}

	// Judges the reference first. If it does not pass, no submission is judged. The time that the reference takes sets the
	// first deadline of the submissions.
	#machinesFor({ lesson, check }: LessonToGrade): Promise<MachinePool> {
		const proving = async () => {
			const machines = new AdaptiveDeadlines(this.#options.machines);
			const solution = inKit("solutions", lesson.id, check.module);
			const { findings } = await this.#limiter.run(() => judge(lesson, solution, machines, { types: false }));
			const [finding] = findings;
			if (finding === undefined) return machines;
			const found = `${finding.what} shows ${factText(finding.got)}`;
			throw new Failure("failed", `the reference solution does not pass on this computer: ${found}`);
		};
		const proven = this.#provenMachines.get(lesson.id) ?? proving();
		this.#provenMachines.set(lesson.id, proven);
		return proven;
	}

	async #judgeInMachine(
		key: string,
		lessonToGrade: LessonToGrade,
		judged: (machines: MachinePool) => Promise<Verdict>,
	): Promise<Attempt<Judgement>> {
		const { journal } = this.#options;
		const journaled = journal.judgementOf(key);
		if (journaled !== undefined) return finalAttempt(journaled);
		try {
			const machines = await this.#machinesFor(lessonToGrade);
			return await this.#limiter.run(async () => {
				interruption.throwIfAborted();
				const verdict = await judged(machines);
				interruption.throwIfAborted();
				if (this.#mayBeOverload(key, verdict)) return doubtfulAttempt(TOO_BUSY);
				const judgement = judgementOf(verdict);
				// A module that could not be judged is judged again next time.
				if (judgement.status !== "error") await journal.add(key, judgement);
				return finalAttempt(judgement);
			});
		} catch (error) {
			interruption.throwIfAborted();
			if (error instanceof Failure && error.kind === "unsupported") return finalAttempt(judgementOfError(error));
			return doubtfulAttempt(judgementOfError(error));
		}
	}

	// A right answer must not fail because other programs use the processor. So a failure on a busy computer counts only
	// if two rounds find the same diagnosis. In the second round, the deadlines take account of the load. A fault of the
	// guest's kernel never counts, because no module can cause it.
	#mayBeOverload(key: string, { verdict, findings: [first], vm }: Verdict): boolean {
		if (first?.diagnosis === "guest-fault") return true;
		if (verdict === "pass" || vm.processorShare >= ENOUGH_SHARE) return false;
		const before = this.#doubtfulDiagnoses.get(key);
		this.#doubtfulDiagnoses.set(key, first?.diagnosis ?? "");
		return verdict === "error" || before !== first?.diagnosis;
	}
}

// The module's text, or an error if the file is too large. Nothing else can be wrong with it: findModule() has read it.
// If the kernel now refuses to read it, this throws.
async function textOf(submission: Submission, path: string): Promise<string | Error> {
	const { files } = await folderOf(submission);
	const text = await files
		.get(path)?.()
		.catch((error: NodeJS.ErrnoException) => {
			// The kernel's refusal has nothing to do with the file's size.
			if (error.code !== undefined) throw error;
			return error as Error;
		});
	return typeof text === "string" ? withUnixLines(text) : (text ?? new Error("it does not exist"));
}

const finalAttempt = <T>(result: T): Attempt<T> => ({ result, isDoubtful: false });
const doubtfulAttempt = <T>(result: T): Attempt<T> => ({ result, isDoubtful: true });
