import { basename, dirname, relative } from "node:path";
import { Failure } from "../base/failure.ts";
import { inKit } from "../base/kit.ts";
import { allPrintable } from "../base/printable.ts";
import { type Bundle, BundleError, bundle, type Diagnostic } from "../engine/bundle.ts";
import { LESSON_MODULE } from "../engine/earlier-modules.ts";
import { engineAt } from "../engine/engine-at.ts";
import { referenceProgram } from "../engine/reference-program.ts";
import { typeErrors } from "../engine/type-errors.ts";
import type { LedgerCall, Observation } from "../protocol/index.ts";
import { type Check, type Context, commandAt, primaryOf } from "./check.ts";
import { compare, type Finding } from "./compare.ts";
import { contextOf } from "./context.ts";
import { isUnclosedBrace, isUnjudged, lostFinding, unbundledFinding, unreadFinding } from "./failed-run.ts";
import { type GroupResult, groupResults } from "./groups.ts";
import { instrumentsOf } from "./instruments.ts";
import type { Lesson } from "./lessons.ts";
import { bundleModuleRun, type MachinePool, prepareModuleRun, prepareSubmittedRun } from "./module-run.ts";
import { playOrRecall, runKey } from "./observed.ts";
import { type PartResult, partResults } from "./parts.ts";
import { drawInputs } from "./random.ts";
import { recordedCalls } from "./recorded-calls.ts";
import { type Reference, referenceFacts } from "./reference.ts";
import { requestFor } from "./request.ts";
import { placeOfException } from "./stack.ts";
import { unansweredFinding, unansweredQuestions } from "./unanswered.ts";
import type { RandomInputs } from "./values.ts";

/** Maximum number of attempts to measure a reference. On a busy computer an attempt may be incomplete: see `missingParts`. */
const MEASUREMENTS = 3;

/** The verdict on one exercise, with its reasons. This is the document that `--json` prints. */
export interface Verdict {
	schemaVersion: 1;
	lesson: string;
	/** `error`: the exercise could not be judged. `unsupported`: this computer cannot run the check. */
	verdict: "pass" | "fail" | "error" | "unsupported";
	/** The file that was judged. */
	file: string;
	/** What the run did with the module, such as "ran sh with the hostname X". */
	did: string;
	/**
	 * The earlier lessons whose modules were part of the program: the learner's and the reference's. Null unless the
	 * learner's modules were asked for.
	 */
	engine: { yours: string[]; reference: string[] } | null;
	findings: Finding[];
	/** How far the exercise is in each part of the lesson; empty if the lesson has no parts, or nothing was judged. */
	parts: PartResult[];
	/** The points that each group of facts earns when a class is graded; empty if nothing was judged. */
	groups: GroupResult[];
	/**
	 * The place in the learner's file that the exception came from, or because of which the file cannot be loaded. Null
	 * if there is none.
	 */
	thrownAt: Diagnostic | null;
	typeErrors: Diagnostic[];
	/** The values drawn at random for this run. */
	drawn: RandomInputs;
	/** The system calls that the exercise made, and its writes of files; and those that the reference makes. */
	ledger: { exercise: LedgerCall[]; reference: LedgerCall[] };
	/** The same for the scenario's other calls, by the call's name. */
	otherLedgers: Record<string, Verdict["ledger"] & { about: string }>;
	/** What the exercise printed; it is never judged. */
	output: { stdout: string; stderr: string };
	vm: {
		/** How the machine's instructions were executed: `kvm`, `hvf` or `tcg`. `none` if the program was not run. */
		accelerator: string;
		/** Whether the program was run, in a machine restored from the snapshot. False if it could not be loaded. */
		restored: boolean;
		/** Share of the requested processor time that the machine was given: nearly 1 on a quiet computer. */
		processorShare: number;
	};
	durationMs: number;
	/**
	 * When each stage ended, in milliseconds since judging began. For a `guest.` stage: how long it took in the guest.
	 */
	stagesMs: Record<string, number>;
}

export interface JudgeOptions {
	mine?: ReadonlyMap<string, string> | undefined;
	types?: boolean;
	bundled?: Promise<Bundle>;
	playedSinceMs?: number | undefined;
}

/**
 * Judges a module: runs the lesson's scenario with the module in place of the reference solution, and compares the
 * facts with the reference's.
 * @param file the module to judge
 * @param options.mine the learner's modules of earlier lessons, by the path of the reference module that each replaces;
 * the reference is measured with its own modules in any case
 * @param options.types whether to report type errors as well; they do not affect the verdict
 * @param options.bundled the bundled program, if the module is in a submission and not on the disk
 * @param options.playedSinceMs a moment, in milliseconds since 1970: if the cache has an observation of exactly this
 * program and scenario that was played since that moment, judges that observation, without a machine
 * @throws {Failure} the file does not exist, one of `mine` cannot be used, or drydock itself failed
 */
export async function judge(
	lesson: Lesson,
	file: string,
	machines: MachinePool,
	{ mine, types = true, bundled, playedSinceMs }: JudgeOptions = {},
): Promise<Verdict> {
	const startedMs = performance.now();
	const stagesMs: Record<string, number> = {};
	const timed = async <T>(stage: string, work: Promise<T>): Promise<T> => {
		const result = await work;
		stagesMs[stage] = Math.round(performance.now() - startedMs);
		return result;
	};

	const run = await (bundled === undefined ? prepareModuleRun : prepareSubmittedRun)(lesson, file, mine);
	const { check } = run;
	const typeChecking = new AbortController();
	const bundling = timed("bundledAt", bundled ?? bundleModuleRun(run));
	bundling.catch(() => {});
	// Type checking starts after bundling, because the machine waits for the bundle and not for the types. The bundler
	// also finds the faults that keep the module from loading.
	const typed = types
		? bundling
				.then(null, () => {})
				.then(() => timed("typesAt", typeErrors(file, run.modules, undefined, typeChecking.signal)))
		: Promise.resolve([]);
	const errors = typed.catch(() => []);
	const engine = mine === undefined ? null : await engineModules(lesson, mine);
	// Much of the text comes from the guest, and all of it may be printed on a terminal.
	const verdict = (findings: Finding[], more: Partial<Verdict>): Verdict =>
		allPrintable({
			schemaVersion: 1,
			lesson: lesson.id,
			verdict: findings.length === 0 ? "pass" : "fail",
			file,
			did: run.does,
			engine,
			findings,
			parts: [],
			groups: [],
			thrownAt: null,
			typeErrors: [],
			drawn: run.drawn,
			ledger: { exercise: [], reference: [] },
			otherLedgers: {},
			output: { stdout: "", stderr: "" },
			vm: { accelerator: "none", restored: false, processorShare: 1 },
			durationMs: Math.round(performance.now() - startedMs),
			stagesMs,
			...more,
		});

	const notLoaded = async (error: unknown) => {
		if (!(error instanceof BundleError)) throw error;
		const { fault, diagnostic } = error;
		// These two faults concern the whole module.
		const hasNoPlace = fault === "too-much-for-the-compiler" || fault === "too-large";
		if (hasNoPlace) typeChecking.abort();
		const reported = hasNoPlace ? [] : await errors;
		const opened = isUnclosedBrace(error) ? reported.find((one) => one.opened)?.opened : undefined;
		return verdict([unbundledFinding(error, check, opened)], {
			did: "nothing, as the module cannot be loaded",
			thrownAt: hasNoPlace ? null : (opened ?? diagnostic),
			// The compiler often reports several type errors for one syntax error.
			typeErrors: fault === "syntax-error" ? [] : reported,
		});
	};

	let program: Bundle;
	try {
		program = await bundling;
	} catch (error) {
		return notLoaded(error);
	}

	const [{ drawn, played }, reference] = await Promise.all([
		timed("playedAt", playOrRecall(run, program, machines, playedSinceMs)),
		timed("referenceAt", measuredReference(lesson, check, machines)),
	]);
	const typeCheckFailure = await typed.then(
		() => null,
		(error: unknown) => ({ error }),
	);
	if (typeCheckFailure !== null) return notLoaded(typeCheckFailure.error);
	const common = {
		did: check.scenario(drawn).does,
		drawn,
		typeErrors: await errors,
		vm: { accelerator: await machines.accelerator(), restored: true, processorShare: played.processorShare },
		output: {
			stdout: Buffer.concat(played.output.stdout).toString(),
			stderr: Buffer.concat(played.output.stderr).toString(),
		},
	};
	if (played.outcome.kind === "lost") {
		return verdict([lostFinding(played.outcome, played.processorShare)], {
			...common,
			verdict: isUnjudged(played.outcome.how, played.processorShare) ? "error" : "fail",
			ledger: { exercise: [], reference: reference.ledger(drawn, primaryOf(check).call) },
		});
	}
	const { observation } = played.outcome;
	for (const [stage, ms] of Object.entries(observation.stageMs)) stagesMs[`guest.${stage}`] = ms;
	const { thrown, ...assessed } = assessSafely(check, observation, drawn, reference);
	return verdict(assessed.findings, {
		...common,
		...assessed,
		...(assessed.verdict !== "error" && progressIn(check, contextOf(check, observation, drawn), reference, assessed)),
		thrownAt: thrown === null ? null : placeOfException(thrown.stack, program.map, file),
	});
}

/**
 * Like {@link assess}, but never throws. The exercise wrote part of what was read. If a lesson's rule throws on it, the
 * verdict is "error": the submission does not pass, and drydock does not crash.
 */
export function assessSafely(...read: Parameters<typeof assess>): ReturnType<typeof assess> & Partial<Verdict> {
	try {
		return assess(...read);
	} catch (error) {
		const [check, { calls }, drawn, reference] = read;
		const { call } = primaryOf(check);
		const ledger = { exercise: recordedCalls(calls[call]), reference: reference.ledger(drawn, call) };
		return { verdict: "error", findings: [unreadFinding(error)], ledger, otherLedgers: {}, thrown: null };
	}
}

// How far the exercise is.
function progressIn(
	check: Check,
	context: Context,
	{ facts }: Reference,
	{ findings }: { findings: Finding[] },
): Pick<Verdict, "parts" | "groups"> {
	return {
		parts: partResults(check, context, facts, findings),
		groups: groupResults(check, context, facts, findings),
	};
}

/** Compares the observation of a run with that of the reference. Throws what a rule of the lesson's check throws. */
export function assess(check: Check, observation: Observation, drawn: RandomInputs, reference: Reference) {
	const context = contextOf(check, observation, drawn);
	const ledgers = (name: string) => ({
		exercise: recordedCalls(observation.calls[name]),
		reference: reference.ledger(drawn, name),
	});
	const { call: primary } = primaryOf(check);
	const others = Object.keys(observation.calls).filter((name) => name !== primary);
	const about = (name: string) => check.scenario(drawn).calls[name]?.about ?? "";
	const compared = compare(check, context, reference.facts);
	const questions = compared.length > 0 ? [] : unansweredQuestions(observation, reference.observation);
	const findings = questions.length > 0 ? [unansweredFinding(questions)] : compared;
	return {
		findings,
		ledger: ledgers(primary),
		otherLedgers: Object.fromEntries(others.map((name) => [name, { about: about(name), ...ledgers(name) }])),
		thrown:
			context.thrown ?? others.map((name) => quotedException(observation, name, findings[0])).find(Boolean) ?? null,
	};
}

// The exception that ended the call `name`, if the finding quotes a line of its message.
function quotedException({ calls }: Observation, name: string, finding: Finding | undefined) {
	const ending = calls[name]?.ending;
	if (ending?.how !== "threw" || finding === undefined) return undefined;
	const findingText = `${finding.got} ${finding.explanation}`;
	const lines = ending.thrown.message.split("\n").map((line) => line.trim());
	return lines.some((line) => line !== "" && findingText.includes(line)) ? ending.thrown : undefined;
}

/**
 * Returns what was measured of a lesson's reference solution. The solution only runs if the cache has no observation
 * of it.
 * @throws {Failure} failed: no attempt was complete, or the machine was lost in one
 */
export async function measuredReference(lesson: Lesson, check: Check, machines: MachinePool): Promise<Reference> {
	const [program, instruments] = await Promise.all([referenceProgram(lesson.id), instrumentsOf(lesson)]);
	return referenceFacts(check, await runKey(lesson, check, program, machines), async () => {
		let problem = "";
		for (let attempt = 0; attempt < MEASUREMENTS; attempt++) {
			const drawn = drawInputs(check);
			const { outcome } = await machines.play(requestFor(check, program, drawn, instruments));
			problem =
				outcome.kind === "lost" ? `${outcome.how}\n${outcome.detail}` : missingParts(check, outcome.observation, drawn);
			if (outcome.kind === "lost") break;
			if (problem === "") return { drawn, observation: outcome.observation };
		}
		throw new Failure(
			"failed",
			`the reference solution of ${lesson.id} could not be measured: ${problem}`,
			"repeat the command when the computer is less busy",
		);
	});
}

// Describes what is missing in an observation of the reference; empty if it is complete. An incomplete observation
// must not be kept in the cache: it would fail every submission.
function missingParts(check: Check, observation: Observation, drawn: RandomInputs): string {
	const { calls, givenUp } = observation;
	const planned = check.scenario(drawn).calls;
	const { call, moment } = primaryOf(check);
	const isSeen = planned[call]?.command === "none" || commandAt(observation, moment, call) !== null;
	const meant = (name: string) => (planned[name]?.fails ? "threw" : "returned");
	const endings = Object.entries(calls).filter(([name, { ending }]) => ending.how !== meant(name));
	return [
		...endings.map(([name, { ending }]) => `${name}: ${JSON.stringify(ending)}`),
		...givenUp.map((step) => `waited in vain for "${step}"`),
		...(isSeen ? [] : ["its command was not seen"]),
	].join(", ");
}

// Lists the earlier lessons' modules that the program uses. This happens before anything is judged: an error in an
// earlier module is not a mistake in this lesson.
async function engineModules({ id }: Lesson, mine: ReadonlyMap<string, string>) {
	const { files } = await bundle(engineAt(id), mine).catch((cause: unknown) => {
		if (!(cause instanceof BundleError)) throw cause;
		const { message, file, line } = cause.diagnostic;
		const what = `${relative(".", file)}:${line}, in a module that has passed, cannot be used any more: ${message}`;
		throw new Failure("usage", what, `npx drydock check ${basename(dirname(file))}`, { cause });
	});
	const lessonOf = (module: string) => basename(dirname(module));
	const isModule = (file: string) => dirname(dirname(file)) === inKit("solutions") && LESSON_MODULE.test(file);
	const yours = [...mine].filter(([, file]) => files.includes(file)).map(([module]) => lessonOf(module));
	// A lesson may have several modules, of which the learner writes one.
	const others = new Set(files.filter(isModule).map(lessonOf));
	return { yours, reference: [...others].filter((lesson) => lesson < id && !yours.includes(lesson)).sort() };
}
