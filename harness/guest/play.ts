import type { Observation, Run } from "../protocol/index.ts";
import { realFileSystems } from "../readings/guest/break-out.ts";
import { Probe } from "../readings/guest/probe.ts";
import { Bench } from "./bench.ts";
import { HeldFiles } from "./held-files.ts";
import { prepare, wake } from "./prepare.ts";
import { type Cast, Scene } from "./scene.ts";

type Output = (stream: "stdout" | "stderr", data: Buffer) => void;

/** The agent could not do its work after the exercise had begun. `cause` is the error. */
export class Disturbed extends Error {}

/**
 * Plays one scenario: reads the host, takes the steps one after the other, and reads the host again.
 * @param output gets what the run's calls print, up to a limit
 * @throws {Disturbed} the agent failed after the exercise had begun
 */
export async function play(run: Run, cast: Cast, output: Output): Promise<Observation> {
	const stages = new Stopwatch();
	wake(run);
	const programs: Observation["programs"] = {};
	for (const preparation of run.prepare) {
		const end = await prepare(preparation);
		if (end !== undefined && preparation.do === "run" && preparation.as !== undefined) programs[preparation.as] = end;
	}
	const bench = !run.unlocked && run.steps.some((step) => step.do === "run") ? await Bench.open() : undefined;
	const held = new HeldFiles(run.steps);
	stages.lap("prepare");
	const probe = new Probe(run.readings);
	const before = probe.readHost();
	const hostDevices = realFileSystems(before.mounts);
	const scene = new Scene(run, cast, { before, hostDevices, probe, bench, held, output });
	stages.lap("readBefore");
	const { calls, after } = await takeAll(run, scene, stages).catch((cause: unknown) => {
		throw new Disturbed("disturbed", { cause });
	});
	held.close();
	const { seen } = scene;
	return { before, after, calls, ...seen, programs: { ...programs, ...seen.programs }, stageMs: stages.laps };
}

async function takeAll(run: Run, scene: Scene, stages: Stopwatch): Promise<Pick<Observation, "calls" | "after">> {
	const deadline = setTimeout(() => scene.giveUp(), run.deadlineMs);
	for (const step of run.steps) {
		await scene.take(step);
		stages.lap(step.do);
	}
	const calls = await scene.ended();
	clearTimeout(deadline);
	stages.lap("untilEnd");
	const after = await scene.readAtLast();
	stages.lap("readAfter");
	scene.release();
	return { calls, after };
}

class Stopwatch {
	readonly laps: Record<string, number> = {};
	#last = performance.now();

	/** Adds the time since the last lap to the stage. */
	lap(name: string): void {
		const now = performance.now();
		this.laps[name] = Math.round(((this.laps[name] ?? 0) + now - this.#last) * 10) / 10;
		this.#last = now;
	}
}
