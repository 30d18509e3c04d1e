import type { Observation, Run } from "../protocol/index.ts";
import { realFileSystems } from "../readings/guest/break-out.ts";
import { Probe } from "../readings/guest/probe.ts";
import { CheckMountNamespace } from "./check-mount-namespace.ts";
import { PreopenedFiles } from "./preopened-files.ts";
import { prepare, setUpRestoredMachine } from "./prepare.ts";
import { type ParkedRunners, Scene } from "./scene.ts";

type Output = (stream: "stdout" | "stderr", data: Buffer) => void;

/** The agent could not do its work after the exercise had begun. `cause` is the error. */
export class DisturbedError extends Error {}

interface RunListener {
	/** Gets what the run's calls print, up to a limit. */
	output: Output;
	/** Gets the scene before its first step. */
	onBegin?(scene: Scene): void;
	/** Called after each stage of the run. */
	onStageEnd?(): void;
}

/**
 * Plays one scenario: prepares and reads the harbour, takes the steps one after the other, and reads the harbour again.
 * @throws {DisturbedError} the agent failed after the exercise had begun
 */
export async function play(run: Run, runners: ParkedRunners, listener: RunListener): Promise<Observation> {
	const timer = new Stopwatch(listener.onStageEnd);
	setUpRestoredMachine(run);
	const programs: Observation["programs"] = {};
	for (const preparation of run.prepare) {
		const end = await prepare(preparation);
		if (end !== undefined && preparation.do === "run" && preparation.as !== undefined) programs[preparation.as] = end;
	}
	const checkNamespace =
		!run.unlocked && run.steps.some((step) => step.do === "run") ? await CheckMountNamespace.open() : undefined;
	const files = new PreopenedFiles(run.steps);
	timer.lap("prepare");
	const probe = new Probe(run.readings);
	const before = probe.readHost();
	const hostDevices = realFileSystems(before.mounts);
	const { output } = listener;
	const scene = new Scene(run, runners, { before, hostDevices, probe, checkNamespace, files, output });
	timer.lap("readBefore");
	listener.onBegin?.(scene);
	const { calls, after } = await playSteps(run, scene, timer).catch((cause: unknown) => {
		throw new DisturbedError("disturbed", { cause });
	});
	files.close();
	const { observed } = scene;
	return { before, after, calls, ...observed, programs: { ...programs, ...observed.programs }, stageMs: timer.laps };
}

async function playSteps(run: Run, scene: Scene, timer: Stopwatch): Promise<Pick<Observation, "calls" | "after">> {
	const deadline = setTimeout(() => scene.giveUp(), run.deadlineMs);
	for (const step of run.steps) {
		await scene.playStep(step);
		timer.lap(step.do);
	}
	const calls = await scene.endCalls();
	clearTimeout(deadline);
	timer.lap("untilEnd");
	const after = await scene.readHostAtEnd();
	timer.lap("readAfter");
	scene.release();
	return { calls, after };
}

class Stopwatch {
	readonly laps: Record<string, number> = {};
	#last = performance.now();

	constructor(private readonly onLap: () => void = () => {}) {}

	/** Adds the time since the last lap to the stage. */
	lap(name: string): void {
		const now = performance.now();
		this.laps[name] = Math.round(((this.laps[name] ?? 0) + now - this.#last) * 10) / 10;
		this.#last = now;
		this.onLap();
	}
}
