import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import * as v from "valibot";
import { cacheDir, cached, isWhole, keepNewest } from "../base/cache.ts";
import { observationKey } from "../base/depends-on.ts";
import type { Bundle } from "../engine/bundle.ts";
import { withoutFileNames } from "../engine/import-resolver.ts";
import { Observation } from "../protocol/index.ts";
import { LOSSES } from "../vm/frame-receiver.ts";
import type { PlayedRun } from "../vm/machine.ts";
import type { Check } from "./check.ts";
import { instrumentsOf } from "./instruments.ts";
import type { Lesson } from "./lessons.ts";
import { type MachinePool, type ModuleRun, playModuleRun } from "./module-run.ts";
import { requestWithPlaceholders } from "./request.ts";
import type { RandomInputs } from "./values.ts";

/** A run, and the inputs that were drawn for it. */
export interface DrawnRun {
	drawn: RandomInputs;
	played: PlayedRun;
}

const KIND = "observations";
const FILE = "run.json.gz";
/** Number of runs to keep: several times the number of submissions that the tests try. A run takes about 3 KB. */
const RUNS_KEPT = 6_000;
/** On average, old runs are removed after this many new ones, and not each time: listing the runs takes a moment. */
const SWEPT_EVERY = 200;

const KeptRun = v.object({
	/** When the run began, in milliseconds since 1970. */
	playedAtMs: v.number(),
	drawn: v.record(v.string(), v.string()),
	processorShare: v.number(),
	outcome: v.variant("kind", [
		v.object({ kind: v.literal("observed"), observation: Observation }),
		v.object({ kind: v.literal("lost"), how: v.picklist(LOSSES), detail: v.string() }),
	]),
	stdout: v.pipe(v.string(), v.base64()),
	stderr: v.pipe(v.string(), v.base64()),
});
type KeptRun = v.InferOutput<typeof KeptRun>;

/**
 * Runs the lesson's scenario in a fresh machine, or returns a run of exactly this program and scenario from the cache.
 * A run in which the machine was lost is kept, too: some programs lose every machine, and each of their runs takes half
 * a minute.
 * @param sinceMs a moment, in milliseconds since 1970: a run from the cache must not have begun earlier. Without
 * `sinceMs`, always plays, and keeps nothing
 */
export async function playOrRecall(
	run: ModuleRun,
	program: Bundle,
	machines: MachinePool,
	sinceMs?: number,
): Promise<DrawnRun> {
	const play = async () => ({ drawn: run.drawn, played: await playModuleRun(run, program, machines) });
	if (sinceMs === undefined) return play();
	const key = await runKey(run.lesson, run.check, program, machines);
	const kept = await keptRun(key);
	if (kept !== null && kept.playedAtMs >= sinceMs) return runOf(kept);
	const playedAtMs = Date.now();
	const played = await play();
	const bytes = await packed(played, playedAtMs);
	await cached(
		KIND,
		key,
		(staging) => writeFile(join(staging, FILE), bytes),
		async () => false,
	);
	if (Math.random() < 1 / SWEPT_EVERY) await keepNewest(KIND, RUNS_KEPT);
	return played;
}

/** The key of a run's observation, from `observationKey`. */
export async function runKey(lesson: Lesson, check: Check, program: Bundle, machines: MachinePool): Promise<string> {
	const [image, instruments] = await Promise.all([machines.imageKey(), instrumentsOf(lesson)]);
	const scenario = scenarios.get(check) ?? requestWithPlaceholders(check, instruments);
	scenarios.set(check, scenario);
	return observationKey({ image, lesson: lesson.id, program: withoutFileNames(program.code), scenario });
}

/** The scenarios of the checks, with placeholders. Each is made once: one that writes programs takes some milliseconds. */
const scenarios = new WeakMap<Check, unknown>();

async function keptRun(key: string): Promise<KeptRun | null> {
	if (!(await isWhole(KIND, key))) return null;
	const text = await readFile(join(cacheDir, KIND, key, FILE))
		.then((bytes) => promisify(gunzip)(bytes))
		.then(String, () => "");
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), KeptRun), text);
	return parsed.success ? parsed.output : null;
}

function runOf({ drawn, processorShare, outcome, stdout, stderr }: KeptRun): DrawnRun {
	const bytes = (text: string) => [Buffer.from(text, "base64")];
	const output = { stdout: bytes(stdout), stderr: bytes(stderr) };
	return { drawn, played: { outcome, output, processorShare } };
}

function packed({ drawn, played }: DrawnRun, playedAtMs: number): Promise<Buffer> {
	const { outcome, output, processorShare } = played;
	const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString("base64");
	const [stdout, stderr] = [text(output.stdout), text(output.stderr)];
	const kept: KeptRun = { playedAtMs, drawn, processorShare, outcome, stdout, stderr };
	return promisify(gzip)(JSON.stringify(kept));
}
