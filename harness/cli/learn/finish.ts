import { Chalk } from "chalk";
import { concurrently } from "../../base/concurrently.ts";
import { EXIT, Failure } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { readText } from "../../base/kit.ts";
import { statusMark } from "../../base/plain.ts";
import { printable } from "../../base/printable.ts";
import { silentProgress, visibleProgress } from "../../base/progress.ts";
import { shownPath } from "../../base/shown-path.ts";
import { BundleError } from "../../engine/bundle.ts";
import {
	currentLesson,
	editedLessons,
	editedMessage,
	passedLessons,
	passedModules,
	recordFinish,
} from "../../learner/course.ts";
import { type FinishStep, type Mismatch, readFinish } from "../../learner/finish.ts";
import { findTrack, finishText, type Track, tracks, trackToFinish } from "../../learner/tracks.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { outputStyle, printJson } from "../text/terminal.ts";
import { type FinishEngine, finishEngine, playStep } from "./finish-step.ts";
import { pagedMarkdown } from "./read.ts";

interface Options {
	/** Whether to play the reference's engine. */
	solution?: boolean;
	/** Whether to show only the text that follows the finish. */
	read?: boolean;
	json?: boolean;
}

/**
 * `drydock finish`: plays the finish of a track, which runs the learner's whole engine. If all steps are right, shows
 * the text that follows the finish.
 * @param wanted the track's number; undefined: the track that `trackToFinish` gives for the current lesson, or track 1
 * if it gives none
 * @returns the exit code: 1 if a lesson of the track has not passed with its present module, or a step is not right
 */
export async function finish(wanted: string | undefined, options: Options): Promise<number> {
	const all = await tracks();
	const number = wanted ?? trackToFinish(all, await currentLesson())?.number ?? 1;
	const track = findTrack(all, String(number));
	if (options.read) {
		await pagedMarkdown(await readText(finishText(track.number)));
		return EXIT.passed;
	}
	const reason = options.solution ? null : await whyNotYet(track);
	if (reason !== null) return refuse(track, reason, options);
	const mine = options.solution ? new Map<string, string>() : await passedModules();
	const played = await play(await readFinish(track.number), mine, track, options);
	const failed = played.find(({ mismatch }) => mismatch !== null)?.step.lesson;
	const next = failed === undefined ? "npx drydock box" : `npx drydock check ${failed} --mine`;
	if (options.json) printJson(documentOf(track, played, next));
	else process.stdout.write(`\n${failed === undefined ? "passed  all of it" : `next    ${next}`}\n`);
	if (failed !== undefined) return EXIT.notPassed;
	if (!options.solution) await recordFinish(track.number);
	if (!options.json) await pagedMarkdown(`\n${await readText(finishText(track.number))}`);
	return EXIT.passed;
}

/** Why the learner's own engine cannot be played yet. */
interface Reason {
	/** The id of the lesson to check first. */
	lesson: string;
	what: string;
}

async function whyNotYet({ lessons }: Track): Promise<Reason | null> {
	const [passed, edited] = await Promise.all([passedLessons(), editedLessons()]);
	const missing = lessons.find(({ id }) => !passed.has(id));
	if (missing !== undefined) return { lesson: missing.id, what: `${missing.id} has not passed yet` };
	const changed = lessons.find(({ id }) => edited.has(id));
	return changed === undefined ? null : { lesson: changed.id, what: editedMessage(changed.id) };
}

function refuse(track: Track, { lesson, what }: Reason, { json }: Options): number {
	const next = `npx drydock check ${lesson}`;
	if (json) printJson({ ...documentOf(track, [], next), notPassed: lesson });
	process.stderr.write(`${what}. The finish plays your own modules of track ${track.number}.\n`);
	process.stderr.write(
		`  try: ${next}\n  or:  npx drydock finish --solution, to see it with the reference's modules\n`,
	);
	return EXIT.notPassed;
}

interface Played {
	step: FinishStep;
	/** Null: all commands of the step did what they should. */
	mismatch: Mismatch | null;
}

// Plays as many steps at a time as there are processors, and prints them in order.
async function play(
	steps: readonly FinishStep[],
	mine: ReadonlyMap<string, string>,
	{ number, title }: Track,
	{ json = false, solution = false }: Options,
): Promise<Played[]> {
	const engine = await engineOf(mine);
	const machines = new MachinePool(json ? silentProgress : visibleProgress);
	machines.prepare();
	try {
		const whose = solution ? "the reference's modules" : "your own modules";
		if (!json) process.stdout.write(`Track ${number} · ${title}: the whole engine, made of ${whose}\n\n`);
		// Makes the snapshot before the steps begin. Otherwise all of them would wait for it.
		await machines.imageKey();
		const mismatches = concurrently(steps, (step) => playStep(step, engine, machines));
		const played: Played[] = [];
		for (const [index, step] of steps.entries()) {
			const mismatch = (await mismatches[index]) ?? null;
			interruption.throwIfAborted();
			played.push({ step, mismatch });
			if (!json) process.stdout.write(lineOf(step, mismatch));
		}
		return played;
	} finally {
		await machines.close();
	}
}

async function engineOf(mine: ReadonlyMap<string, string>): Promise<FinishEngine> {
	try {
		return await finishEngine(mine);
	} catch (cause) {
		if (!(cause instanceof BundleError)) throw cause;
		const { file, line, message } = cause.diagnostic;
		const what = `${shownPath(file)}:${line} cannot be used: ${message}`;
		throw new Failure("usage", what, "npx drydock check --all", { cause });
	}
}

/** How much of a command's output the report shows: enough for an error and its cause. */
const LINES_MAX = 8;

function lineOf({ lesson, what }: FinishStep, mismatch: Mismatch | null): string {
	const { color, plain } = outputStyle();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const mark = statusMark(mismatch === null ? "passed" : "bad", chalk, plain);
	const head = `${mark} ${lesson.padEnd("04-pivot-root".length)}  ${what}\n`;
	if (mismatch === null) return head;
	const { typed, exit, printed, wanted } = mismatch;
	const shown = printable(printed).trimEnd().split("\n").slice(-LINES_MAX);
	const lines = [
		...`$ ${typed}`.split("\n"),
		...(shown.join("") === "" ? [] : shown),
		`shows   ${exit === null ? "it did not end" : `exit code ${exit}`}`,
		`wanted  ${wanted}`,
	];
	return `${head}${lines.map((line) => `    ${line}\n`).join("")}`;
}

const documentOf = ({ number, title }: Track, played: readonly Played[], next: string) => ({
	schemaVersion: 1,
	track: { number, title },
	passed: played.length > 0 && played.every(({ mismatch }) => mismatch === null),
	steps: played.map(({ step: { lesson, what }, mismatch }) => ({ lesson, what, passed: mismatch === null, mismatch })),
	next,
});
