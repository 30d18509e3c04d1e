import { posix } from "node:path";
import { keyOf } from "../cache.ts";
import { Failure } from "../failure.ts";
import { BundleError, bundle } from "../grade/bundle.ts";
import type { Check } from "../grade/check.ts";
import { judge, type Verdict } from "../grade/judge.ts";
import { shown } from "../grade/report.ts";
import { engineOf, type Shipyard } from "../grade/trial.ts";
import { interruption } from "../interrupt.ts";
import { inKit } from "../kit.ts";
import type { Lesson } from "../lessons.ts";
import { sideBySide, Turns } from "../side-by-side.ts";
import { harmless } from "./harmless.ts";
import { couldDoMore, spent } from "./idleness.ts";
import type { Journal } from "./journal.ts";
import { Pace } from "./pace.ts";
import type { Judgement, Report, Result } from "./result.ts";
import { filesOf, findModule, type Submission } from "./submission.ts";

/** How many submissions are taken in ahead of the machines: those that turn out to be known need none. */
const AHEAD = 8;
/** How often it is asked whether one more machine could run. */
const LOOK_EVERY_MS = 1_000;

/** A lesson to grade. */
export interface Graded {
	lesson: Lesson;
	check: Check;
	/** Names everything that a judgement depends on, apart from what was handed in. */
	key: string;
}

export interface Grading {
	lessons: readonly Graded[];
	yard: Shipyard;
	journal: Journal;
	/** Machines at a time. */
	lanes: number;
	/** How many more there may be while a processor has nothing to do: those that hang by sleeping then hold up nobody. */
	moreLanes: number;
	/** Called for each result as it comes. */
	heard(result: Result): void;
}

/** Who has handed something in: looked into only when it is their turn. */
export interface Entrant {
	name: string;
	/** @throws {Error} why it cannot be looked into */
	open(): Promise<Submission>;
}

/**
 * Judges every lesson of every submission. Each is judged on the reference's engine, in a machine of its own; files that
 * are the same are judged once.
 * @throws only when it is interrupted: what cannot be judged is a result as well
 */
export async function gradeAll(entrants: readonly Entrant[], grading: Grading): Promise<Report[]> {
	const { lessons, lanes, moreLanes, heard } = grading;
	const grader = new Grader(grading);
	const reports = sideBySide(
		entrants,
		async ({ name, open }) => {
			const submission = once(open);
			const results = lessons.map(async (lesson) => {
				const result = await grader.grade(name, submission, lesson);
				heard(result);
				return result;
			});
			return { name, results: await Promise.all(results) };
		},
		lanes + moreLanes + AHEAD,
	);
	return grader.lending(Promise.all(reports));
}

class Grader {
	readonly #grading: Grading;
	readonly #machines: Turns;
	readonly #proven = new Map<string, Promise<Shipyard>>();
	readonly #underWay = new Map<string, { by: string; judgement: Promise<Judgement> }>();

	constructor(grading: Grading) {
		this.#grading = grading;
		this.#machines = new Turns(grading.lanes);
	}

	async grade(name: string, open: () => Promise<Submission>, graded: Graded): Promise<Result> {
		interruption.throwIfAborted();
		const { id } = graded.lesson;
		const common = { lesson: id, file: null, sameAs: null };
		try {
			const submission = await open();
			const found = await findModule(submission, id, graded.check.module);
			if (found.kind === "missing") return { ...common, ...withoutVerdict("missing", found.reason) };
			if (found.kind === "unclear") return { ...common, ...withoutVerdict("error", found.reason) };
			const { path } = found;
			const { by, judgement } = await this.#judged(name, submission, graded, path);
			const file = harmless(path.slice(1), 200);
			return { ...common, file, sameAs: by === name ? null : by, ...(await judgement) };
		} catch (error) {
			interruption.throwIfAborted();
			return { ...common, ...unjudged(error) };
		}
	}

	/** Lets in more machines while the computer could do more, until this work is done. */
	async lending<T>(work: Promise<T>): Promise<T> {
		let before = spent();
		const looking = setInterval(() => {
			const now = spent();
			if (couldDoMore(before, now)) this.#machines.lend(this.#grading.moreLanes);
			before = now;
		}, LOOK_EVERY_MS);
		return work.finally(() => clearInterval(looking));
	}

	async #judged(name: string, submission: Submission, graded: Graded, path: string) {
		const { lesson, check, key: kit } = graded;
		const sources: [string, string][] = [];
		const files = filesOf(submission, (file, text) => sources.push([posix.relative(posix.dirname(path), file), text]));
		const modules = new Map([[inKit("solutions", lesson.id, check.module), path]]);
		const bundled = bundle(engineOf(check), modules, files).catch((error) => {
			if (error instanceof BundleError) throw error;
			// The bundler is a process that all share: another's submission may have ended it.
			return bundle(engineOf(check), modules, files);
		});
		const broken = await bundled.then(
			() => false,
			() => true,
		);
		const judged = (yard: Shipyard) => judge(lesson, path, yard, { types: false, bundled });
		// Needs no machine, and what was read of it may not be all.
		if (broken) return { by: name, judgement: judged(this.#grading.yard).then(judgementOf) };
		const key = keyOf(kit, sources.sort());
		const known = this.#underWay.get(key);
		if (known !== undefined) return known;
		const fresh = { by: name, judgement: this.#inMachine(key, graded, judged) };
		this.#underWay.set(key, fresh);
		return fresh;
	}

	// Where the reference itself does not pass, nobody is judged. How long it takes is the first measure for the others.
	#yardFor({ lesson, check }: Graded): Promise<Shipyard> {
		const proving = async () => {
			const yard = new Pace(this.#grading.yard);
			const solution = inKit("solutions", lesson.id, check.module);
			const { findings } = await this.#machines.take(() => judge(lesson, solution, yard, { types: false }));
			const [finding] = findings;
			if (finding === undefined) return yard;
			const found = `${finding.what} shows ${shown(finding.got)}`;
			throw new Failure("failed", `the reference solution does not pass on this computer: ${found}`);
		};
		const proven = this.#proven.get(lesson.id) ?? proving();
		this.#proven.set(lesson.id, proven);
		return proven;
	}

	async #inMachine(key: string, graded: Graded, judged: (yard: Shipyard) => Promise<Verdict>): Promise<Judgement> {
		const { journal } = this.#grading;
		const noted = journal.judgementOf(key);
		if (noted !== undefined) return noted;
		const yard = await this.#yardFor(graded);
		return this.#machines.take(async () => {
			interruption.throwIfAborted();
			// What is not the exercise's fault may be over: it is tried once more.
			const verdict = await judged(yard).catch((error) => {
				if (interruption.aborted || error instanceof Failure) throw error;
				return judged(yard);
			});
			interruption.throwIfAborted();
			const judgement = judgementOf(verdict);
			await journal.add(key, judgement);
			return judgement;
		});
	}
}

function judgementOf({ verdict, findings, thrownAt, file, drawn, output, durationMs }: Verdict): Judgement {
	const [first, ...others] = findings;
	// The command says one line of its own to show that it runs.
	const printed = `${output.stdout}${output.stderr}`.replaceAll(/^drydock-[0-9a-f]{8}\n/gm, "");
	return {
		status: verdict,
		reason: null,
		finding:
			first === undefined
				? null
				: {
						what: harmless(first.what),
						shows: harmless(shown(first.got), 1_000),
						should: harmless(shown(first.expected), 1_000),
						diagnosis: first.diagnosis,
						why: harmless(first.explanation),
						try: harmless(first.try),
						read: first.see,
					},
		others: others.slice(0, 10).map(({ what }) => harmless(what, 200)),
		line: thrownAt?.file === file ? thrownAt.line : null,
		drawn,
		output: harmless(printed, 1_000),
		durationMs,
	};
}

const withoutVerdict = (status: Judgement["status"], reason: string): Judgement => ({
	...{ status, reason: harmless(reason, 500), finding: null, others: [], line: null, drawn: {}, output: "" },
	durationMs: 0,
});

/** The report on somebody of whom nothing could be judged. */
export function notGraded(name: string, lessons: readonly Graded[], error: unknown): Report {
	return {
		name,
		results: lessons.map(({ lesson: { id } }) => ({ lesson: id, file: null, sameAs: null, ...unjudged(error) })),
	};
}

// For a reason that is not the submission's.
function unjudged(error: unknown): Judgement {
	const status = error instanceof Failure && error.kind === "unsupported" ? "unsupported" : "error";
	return withoutVerdict(status, String((error as Error).message));
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
	let result: Promise<T> | undefined;
	return () => {
		result ??= work();
		return result;
	};
}
