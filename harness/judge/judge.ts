import { basename, dirname, relative } from "node:path";
import { observationKey } from "../base/depends-on.ts";
import { Failure } from "../base/failure.ts";
import { inKit } from "../base/kit.ts";
import { allPrintable } from "../base/printable.ts";
import { type Bundle, BundleError, bundle, type Diagnostic } from "../engine/bundle.ts";
import { MODULE } from "../engine/earlier-modules.ts";
import { engineAt } from "../engine/engine-at.ts";
import { typeErrors } from "../engine/types.ts";
import type { LedgerCall, Observation } from "../protocol/index.ts";
import { type Check, commandAt, primaryOf } from "./check.ts";
import { compare, type Finding } from "./compare.ts";
import { contextOf } from "./context.ts";
import { instrumentsOf } from "./instruments.ts";
import type { Lesson } from "./lessons.ts";
import { isUnjudged, lostFinding, unbundledFinding, unreadFinding } from "./lost.ts";
import { drawFor } from "./random.ts";
import { type Reference, referenceFacts } from "./reference.ts";
import { requestFor, undrawnRequest } from "./request.ts";
import { locate } from "./stack.ts";
import { bundleTrial, newTrial, playTrial, type Shipyard, trialOf } from "./trial.ts";
import { unanswered, unansweredFinding } from "./unanswered.ts";
import type { Drawn } from "./values.ts";

/** How often a reference is played until it is seen to its end: on a busy computer that may take more than once. */
const MEASUREMENTS = 3;

/** The verdict on one exercise, with its reasons. This is the document that `--json` prints. */
export interface Verdict {
	schemaVersion: 1;
	lesson: string;
	verdict: "pass" | "fail" | "error" | "unsupported";
	/** The file that was judged. */
	file: string;
	/** What was done with it. */
	did: string;
	/** Which earlier lessons' modules it was played on, when the learner's own were asked for. */
	engine: { yours: string[]; reference: string[] } | null;
	findings: Finding[];
	/** Where the exception came from, in the learner's file. */
	thrownAt: Diagnostic | null;
	typeErrors: Diagnostic[];
	/** What was drawn at random for this run. */
	drawn: Drawn;
	/** What the exercise asked of the kernel, and what the reference asks. */
	ledger: { exercise: LedgerCall[]; reference: LedgerCall[] };
	/** The same of the scenario's other calls, by name. */
	otherLedgers: Record<string, Verdict["ledger"] & { about: string }>;
	/** What the exercise printed; it is never judged. */
	output: { stdout: string; stderr: string };
	vm: {
		accelerator: string;
		restored: boolean;
		/** How much of the processor time that the machine asked for it was given; 1 on a quiet computer. */
		processorShare: number;
	};
	durationMs: number;
	/** Where the time went. */
	stagesMs: Record<string, number>;
}

export interface JudgeOptions {
	mine?: ReadonlyMap<string, string> | undefined;
	types?: boolean;
	bundled?: Promise<Bundle>;
}

/**
 * Judges a module in the place of a lesson's reference solution.
 * @param file the module to judge
 * @param options.mine the learner's modules of earlier lessons, by the reference's in whose place they are to stand; the
 * reference's facts stay the reference's
 * @param options.types whether to look for type errors as well; they decide nothing
 * @param options.bundled the program that the module makes, where the module is in a submission and not on the disk
 * @throws {Failure} the file is not there, one of `mine` cannot be used, or drydock itself failed
 */
export async function judge(
	lesson: Lesson,
	file: string,
	shipyard: Shipyard,
	{ mine, types = true, bundled }: JudgeOptions = {},
): Promise<Verdict> {
	const startedMs = performance.now();
	const stagesMs: Record<string, number> = {};
	const timed = async <T>(stage: string, work: Promise<T>): Promise<T> => {
		const result = await work;
		stagesMs[stage] = Math.round(performance.now() - startedMs);
		return result;
	};

	const trial = await (bundled === undefined ? newTrial : trialOf)(lesson, file, mine);
	const { check, drawn } = trial;
	const unwanted = new AbortController();
	const bundling = timed("bundledAt", bundled ?? bundleTrial(trial));
	bundling.catch(() => {});
	// What is wrong with the module itself, the bundler finds first; and the machine waits for the bundle, not for the types.
	const typed = types
		? bundling
				.then(null, () => {})
				.then(() => timed("typesAt", typeErrors(file, trial.modules, undefined, unwanted.signal)))
		: Promise.resolve([]);
	const errors = typed.catch(() => []);
	const on = mine === undefined ? null : await playedOn(lesson, mine);
	// Much of it was said in the guest, and all of it comes to somebody's terminal.
	const verdict = (findings: Finding[], more: Partial<Verdict>): Verdict =>
		allPrintable({
			schemaVersion: 1,
			lesson: lesson.id,
			verdict: findings.length === 0 ? "pass" : "fail",
			file,
			did: trial.does,
			engine: on,
			findings,
			thrownAt: null,
			typeErrors: [],
			drawn,
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
		const isWhole = fault === "too-much-for-the-compiler" || fault === "too-large";
		if (isWhole || fault === "syntax-error") unwanted.abort();
		return verdict([unbundledFinding(error, check)], {
			did: "nothing, as the module cannot be loaded",
			thrownAt: isWhole ? null : diagnostic,
			// After a syntax error, the compiler has several words for the same mistake.
			typeErrors: fault === "syntax-error" || isWhole ? [] : await errors,
		});
	};

	let program: Bundle;
	try {
		program = await bundling;
	} catch (error) {
		return notLoaded(error);
	}

	const [played, reference] = await Promise.all([
		timed("playedAt", playTrial(trial, program, shipyard)),
		timed("referenceAt", measuredReference(lesson, check, shipyard)),
	]);
	const unread = await typed.then(
		() => null,
		(error: unknown) => ({ error }),
	);
	if (unread !== null) return notLoaded(unread.error);
	const common = {
		typeErrors: await errors,
		vm: { accelerator: await shipyard.accelerator(), restored: true, processorShare: played.processorShare },
		output: {
			stdout: Buffer.concat(played.output.stdout).toString(),
			stderr: Buffer.concat(played.output.stderr).toString(),
		},
	};
	if (played.outcome.kind === "lost") {
		return verdict([lostFinding(played.outcome)], {
			...common,
			verdict: isUnjudged(played.outcome.how) ? "error" : "fail",
			ledger: { exercise: [], reference: reference.ledger(drawn, primaryOf(check).call) },
		});
	}
	const { observation } = played.outcome;
	for (const [stage, ms] of Object.entries(observation.stageMs)) stagesMs[`guest.${stage}`] = ms;
	const { thrown, ...assessed } = assessedOrNot(check, observation, drawn, reference);
	return verdict(assessed.findings, {
		...common,
		...assessed,
		thrownAt: thrown === null ? null : locate(thrown.stack, program.map, file),
	});
}

/**
 * The same as {@link assess}, whatever becomes of it: what is read was partly written by the exercise, and should a
 * lesson's rule fail on it, that is neither a pass nor drydock's end.
 */
export function assessedOrNot(...read: Parameters<typeof assess>): ReturnType<typeof assess> & Partial<Verdict> {
	try {
		return assess(...read);
	} catch (error) {
		const [check, { calls }, drawn, reference] = read;
		const { call } = primaryOf(check);
		const ledger = { exercise: calls[call]?.ledger ?? [], reference: reference.ledger(drawn, call) };
		return { verdict: "error", findings: [unreadFinding(error)], ledger, otherLedgers: {}, thrown: null };
	}
}

/** Compares what was read of a run with what was read of the reference's; it has an answer to whatever a guest says. */
export function assess(check: Check, observation: Observation, drawn: Drawn, reference: Reference) {
	const context = contextOf(check, observation, drawn);
	const ledgers = (name: string) => ({
		exercise: observation.calls[name]?.ledger ?? [],
		reference: reference.ledger(drawn, name),
	});
	const { call: primary } = primaryOf(check);
	const others = Object.keys(observation.calls).filter((name) => name !== primary);
	const about = (name: string) => check.scenario(drawn).calls[name]?.about ?? "";
	const compared = compare(check, context, reference.facts);
	const questions = compared.length > 0 ? [] : unanswered(observation, reference.observation);
	const findings = questions.length > 0 ? [unansweredFinding(questions)] : compared;
	return {
		findings,
		ledger: ledgers(primary),
		otherLedgers: Object.fromEntries(others.map((name) => [name, { about: about(name), ...ledgers(name) }])),
		thrown: context.thrown ?? others.map((name) => quoted(observation, name, findings[0])).find(Boolean) ?? null,
	};
}

// Another call's exception, if the finding that is explained is about it.
function quoted({ calls }: Observation, name: string, finding: Finding | undefined) {
	const ending = calls[name]?.ending;
	if (ending?.how !== "threw" || finding === undefined) return undefined;
	const said = `${finding.got} ${finding.explanation}`;
	const lines = ending.thrown.message.split("\n").map((line) => line.trim());
	return lines.some((line) => line !== "" && said.includes(line)) ? ending.thrown : undefined;
}

/** What the kernel shows of a lesson's reference solution; measured only when it is not in the cache. */
export async function measuredReference(lesson: Lesson, check: Check, shipyard: Shipyard): Promise<Reference> {
	const [program, instruments] = await Promise.all([bundle(engineAt(lesson.id), new Map()), instrumentsOf(lesson)]);
	const [image, scenario] = [await shipyard.imageKey(), undrawnRequest(check, instruments)];
	const key = observationKey({ image, lesson: lesson.id, program: program.code, scenario });
	return referenceFacts(check, key, async () => {
		let how = "";
		for (let attempt = 0; attempt < MEASUREMENTS; attempt++) {
			const drawn = drawFor(check);
			const { outcome } = await shipyard.play(requestFor(check, program, drawn, instruments));
			how = outcome.kind === "lost" ? `${outcome.how}\n${outcome.detail}` : unseen(check, outcome.observation, drawn);
			if (outcome.kind === "lost") break;
			if (how === "") return { drawn, observation: outcome.observation };
		}
		throw new Failure(
			"failed",
			`the reference solution of ${lesson.id} could not be measured: ${how}`,
			"repeat the command when the computer is less busy",
		);
	});
}

// What of a reference was not seen to its end: kept, it would fail everybody.
function unseen(check: Check, observation: Observation, drawn: Drawn): string {
	const { calls, givenUp } = observation;
	const planned = check.scenario(drawn).calls;
	const { call, moment } = primaryOf(check);
	const isSeen = planned[call]?.command === "none" || commandAt(observation, moment, call) !== null;
	const meant = (name: string) => (planned[name]?.fails ? "threw" : "returned");
	const endings = Object.entries(calls).filter(([name, { ending }]) => ending.how !== meant(name));
	return [
		...endings.map(([name, { ending }]) => `${name}: ${JSON.stringify(ending)}`),
		...givenUp.map((step) => `"${step}" was waited for in vain`),
		...(isSeen ? [] : ["its command was not seen"]),
	].join(", ");
}

// Before anything is judged: what is wrong with an earlier module is not this lesson's fault.
async function playedOn({ id }: Lesson, mine: ReadonlyMap<string, string>) {
	const { files } = await bundle(engineAt(id), mine).catch((cause: unknown) => {
		if (!(cause instanceof BundleError)) throw cause;
		const { message, file, line } = cause.diagnostic;
		const what = `${relative(".", file)}:${line}, which you have passed with, cannot be used any more: ${message}`;
		throw new Failure("usage", what, `npx drydock check ${basename(dirname(file))}`, { cause });
	});
	const lessonOf = (module: string) => basename(dirname(module));
	const isModule = (file: string) => dirname(dirname(file)) === inKit("solutions") && MODULE.test(file);
	const references = files.filter(isModule).map(lessonOf);
	return {
		yours: [...mine].filter(([, file]) => files.includes(file)).map(([module]) => lessonOf(module)),
		reference: references.filter((lesson) => lesson < id).sort(),
	};
}
