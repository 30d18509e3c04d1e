import { setTimeout as sleep } from "node:timers/promises";
import {
	type Container,
	type Escape,
	type HostState,
	type ImageChange,
	LIMITS,
	type Observation,
	type Run,
	type Step,
} from "../protocol/index.ts";
import { fileSystemsOf } from "../readings/guest/break-out.ts";
import { readImage } from "../readings/guest/images.ts";
import { inNamespaceAt } from "../readings/guest/namespaces.ts";
import { forgetNeighbours, readLinks } from "../readings/guest/network.ts";
import { Probe } from "../readings/guest/probe.ts";
import { Bench } from "./bench.ts";
import { copyImage } from "./copies.ts";
import { Exercise } from "./exercise.ts";
import { inHarbour, signal as send } from "./harbour.ts";
import { HeldFiles } from "./held-files.ts";
import { networkOfNeighbour } from "./neighbours.ts";
import { Patience } from "./patience.ts";
import { prepare, runProgram, wake } from "./prepare.ts";
import { ask, TIMEOUT } from "./questions.ts";
import type { Runner } from "./runners.ts";
import { deliver, finish } from "./told.ts";

type Look = Extract<Step, { do: "look" }>;
type Output = (stream: "stdout" | "stderr", data: Buffer) => void;

/** What of a run's time one step may wait for something that may never come. */
const PATIENCE = 0.25;
/** For how long a look waits at most until the exercises' processes all sleep. */
const STANDS_MS = 500;

/** The same for what is over as soon as the machine has had nothing to do for some seconds. */
const BUSY_PATIENCE = 0.5;

/** How long a question waits for an answer. The kernel asks again after one second, and after two more. */
const SILENCE_MS = 3_500;
/** How long a namespace that nobody holds, and its links, may take to go. */
const UNLINKED_MS = 3_000;
const UNLINKED_STEP_MS = 50;

/** The agent could not do its work once the exercise had begun; the cause says what stood in its way. */
export class Disturbed extends Error {}

/** The runners of one run, all parked. */
export interface Cast {
	/** Each container takes one. */
	engines: readonly Runner[];
	/** The break-out takes one. */
	scouts: readonly Runner[];
}

/**
 * Plays one scenario: reads the host, takes the steps one after the other, and reads what is left.
 * @param output takes what the exercises and their programs print, up to a limit
 * @throws {Disturbed}
 */
export async function play(run: Run, cast: Cast, output: Output): Promise<Observation> {
	const scene = new Scene(run, cast, output);
	const stages = new Stopwatch();
	wake(run);
	for (const preparation of run.prepare) {
		const end = await prepare(preparation);
		if (end !== undefined && preparation.do === "run" && preparation.as !== undefined)
			scene.programs[preparation.as] = end;
	}
	if (!run.unlocked && run.steps.some((step) => step.do === "run")) scene.bench = await Bench.open();
	scene.held = new HeldFiles(run.steps);
	stages.lap("prepare");
	const before = scene.probe.readHost();
	scene.hostDevices = fileSystemsOf(before.mounts);
	stages.lap("readBefore");
	scene.before = before;
	const { containers, after } = await takeAll(run, scene, stages).catch((cause: unknown) => {
		throw new Disturbed("disturbed", { cause });
	});
	const { moments, programs, answers, images, signals, deliveries, finishes, givenUp, outputBytes } = scene;
	const read = { moments, programs, answers, images, signals, deliveries, finishes };
	return { before, after, containers, ...read, givenUp, outputBytes, stageMs: stages.laps };
}

async function takeAll(run: Run, scene: Scene, stages: Stopwatch): Promise<Pick<Observation, "containers" | "after">> {
	const deadline = setTimeout(() => scene.giveUp(), run.deadlineMs);
	for (const step of run.steps) {
		await scene.take(step);
		stages.lap(nameOf(step));
	}
	const containers = await scene.ended();
	clearTimeout(deadline);
	stages.lap("untilEnd");
	const after = await scene.readAtLast();
	stages.lap("readAfter");
	scene.held?.close();
	scene.release();
	return { containers, after };
}

const NEVER_STARTED: Container = {
	ending: { how: "hung", tasks: [] },
	atThrow: null,
	inputTaken: false,
	stopped: null,
	ledger: [],
};

/** The containers of one run, and what has been read of them. */
class Scene {
	readonly moments: Observation["moments"] = {};
	readonly programs: Observation["programs"] = {};
	readonly answers: Observation["answers"] = {};
	readonly images: Observation["images"] = {};
	readonly signals: Observation["signals"] = {};
	readonly deliveries: Observation["deliveries"] = {};
	readonly finishes: Observation["finishes"] = {};
	/** The host before the exercise. */
	before: HostState | undefined;
	readonly givenUp: string[] = [];
	/** Where the host's files are, as it was before the exercise began. */
	hostDevices: string[] = [];
	held: HeldFiles | undefined;
	/** Where the check's programs run; without, in the harbour. */
	bench: Bench | undefined;
	readonly outputBytes = { stdout: 0, stderr: 0 };
	readonly probe: Probe;
	readonly #exercises = new Map<string, Exercise>();
	readonly #engines: Runner[];
	readonly #scouts: Runner[];
	#over = false;

	constructor(
		private readonly run: Run,
		cast: Cast,
		private readonly output: Output,
	) {
		this.probe = new Probe(run.readings);
		this.#engines = [...cast.engines];
		this.#scouts = [...cast.scouts];
	}

	get #patience(): Patience {
		return new Patience(this.run.deadlineMs * PATIENCE);
	}

	// For what has come within this time of a machine that has nothing to do. A busy one has half of the run's time for it.
	#patienceFor(idleMs: number): Patience {
		return new Patience(idleMs, Math.max(idleMs, this.run.deadlineMs * BUSY_PATIENCE));
	}

	async take(step: Step): Promise<void> {
		if (this.#over || (await this.#came(step))) return;
		const whose = "container" in step ? step.container : "as" in step ? step.as : "";
		this.givenUp.push(`${step.do} ${whose}`);
	}

	// Whether what the step waits for has come; a step on a container that has ended waits for nothing.
	async #came(step: Step): Promise<boolean> {
		switch (step.do) {
			case "start":
				return this.#start(step.container, step.stops ?? false);
			case "look":
				if (step.container === undefined || this.#exercises.get(step.container)?.hasEnded === false)
					await this.#look(step.as, step);
				return true;
			case "readImages":
				for (const image of step.images) this.#readImage(image, step.words);
				return true;
			case "copyImage":
				copyImage(step.from, step.to, step.change);
				this.#readImage(step.to);
				return true;
			case "go":
				return (await this.#exercises.get(step.container)?.go(this.#patience, step.line)) ?? true;
			case "settle":
				return (await this.#exercises.get(step.container)?.settles(this.#patience)) ?? true;
			case "send":
				await this.#send(step);
				return true;
			case "signal":
				return this.#signal(step);
			case "deliver":
				return this.#deliver(step);
			case "finish":
				return this.#finish(step);
			case "end":
				await this.#end(step);
				return true;
			case "ask":
				return this.#ask(step);
			case "unlinked":
				return this.#unlinked(step.links);
			case "run":
				return this.#runProgram(step);
		}
	}

	/** Ends what still runs, and says how each container ended. */
	async ended(): Promise<Record<string, Container>> {
		for (const exercise of this.#exercises.values()) exercise.tell("", true);
		const all = [...this.#exercises].map(async ([name, exercise]) => [name, await exercise.report()] as const);
		const started = Object.fromEntries(await Promise.all(all));
		// Time was up before their turn came: another one had taken it all.
		const waiting = Object.keys(this.run.containers).map((name) => [name, NEVER_STARTED] as const);
		return { ...Object.fromEntries(waiting), ...started };
	}

	/** Reads the host when all has ended: again, as long as there is a network namespace that was not there before. */
	async readAtLast(): Promise<HostState> {
		const patience = this.#patienceFor(UNLINKED_MS);
		for (;;) {
			const host = this.probe.readHost();
			const known = this.before?.network?.peers ?? [];
			const isNew = host.network?.peers.some((peer) => !known.includes(peer)) === true;
			if (!isNew || patience.leftMs === 0) return host;
			await sleep(UNLINKED_STEP_MS);
		}
	}

	/** The deadline has come: what runs is not waited for any longer. */
	giveUp(): void {
		this.#over = true;
		for (const exercise of this.#exercises.values()) exercise.giveUp();
	}

	/** Lets the exercises' own processes go, which have waited so that they could be looked at. */
	release(): void {
		for (const exercise of this.#exercises.values()) exercise.runner.release();
	}

	async #start(name: string, stops: boolean): Promise<boolean> {
		const container = this.run.containers[name];
		const runner = this.#engines.shift();
		if (container === undefined || runner === undefined) throw new Error(`no runner for the container ${name}`);
		const exercise = new Exercise(runner, container, this.probe);
		this.#exercises.set(name, exercise);
		this.#forward(runner);
		runner.start({ do: "exercise", code: this.run.code, call: this.run.call, args: container.args });
		const stopped = !stops || (await exercise.stops(this.#patience));
		return (await exercise.started(this.#patience)) && stopped;
	}

	async #look(name: string, { writes = {}, allEnded }: Partial<Look> = {}): Promise<void> {
		await Promise.all([...this.#exercises.values()].map((exercise) => exercise.stands(new Patience(STANDS_MS))));
		// From here to the reading nothing is waited for: nobody has a turn to write the same somewhere else.
		this.held?.write(writes);
		const host = allEnded ? await this.readAtLast() : this.probe.readHost();
		const commands = [...this.#exercises].map(async ([container, exercise]) => {
			const { command } = exercise;
			return [container, command === null ? null : await this.#observe(command, exercise.runner, host)] as const;
		});
		this.moments[name] = { host, commands: Object.fromEntries(await Promise.all(commands)) };
	}

	#readImage(image: string, words?: ImageChange["words"]): void {
		this.images[image] = [...(this.images[image] ?? []), readImage(image, words)].slice(0, 2);
	}

	async #observe(pid: number, engine: Runner, { tasks }: HostState) {
		try {
			const process = this.probe.readProcess(pid, engine, tasks);
			if (this.run.readings.breakOut === undefined) return process;
			return { ...process, escape: await this.#attemptEscape(pid) };
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code === "ENOENT" || code === "ESRCH") return null; // It ended while it was read.
			throw error;
		}
	}

	#attemptEscape(pid: number): Promise<Escape | null> {
		const runner = this.#scouts.shift();
		if (runner === undefined) return Promise.resolve(null);
		return new Promise((resolve) => {
			runner.onLine((line) => "escape" in line && resolve(line.escape));
			runner.ended.then(() => resolve(null));
			runner.start({ do: "escape", pid, hostDevices: this.hostDevices });
		});
	}

	async #send({ container, to, signals }: Omit<Extract<Step, { do: "send" }>, "do">): Promise<Exercise | null> {
		const exercise = this.#exercises.get(container);
		if (exercise === undefined) return null;
		await exercise.rests(this.#patience);
		const target = to === "engine" ? exercise.runner.pid : exercise[to];
		if (target === null) return null;
		for (const signal of signals) send(target, signal);
		return exercise;
	}

	async #signal({ container, to, signal, as }: Extract<Step, { do: "signal" }>): Promise<boolean> {
		const exercise = await this.#send({ container, to, signals: [signal] });
		if (exercise === null) return true;
		const ended = await exercise.ends(this.#patience);
		this.signals[as] = ended ? "ended" : "ignored";
		if (ended) return true;
		// Whether the command itself has ended is seen before all are killed.
		await this.#look(`${as}: ignored`);
		for (const { pid } of exercise.descendants()) send(pid, "SIGKILL");
		return false;
	}

	async #deliver({ container, signals, as }: Extract<Step, { do: "deliver" }>): Promise<boolean> {
		const exercise = this.#exercises.get(container);
		if (exercise === undefined) return true;
		const delivery = await deliver(exercise, signals, this.#patience);
		if (delivery !== null) this.deliveries[as] = delivery;
		return delivery !== null;
	}

	async #finish({ container, line, as }: Extract<Step, { do: "finish" }>): Promise<boolean> {
		const exercise = this.#exercises.get(container);
		if (exercise === undefined) return true;
		const finished = await finish(exercise, line, this.before?.tasks ?? [], this.#patience);
		if (finished !== null) this.finishes[as] = finished;
		const ended = await exercise.ends(this.#patience);
		this.signals[as] = ended ? "ended" : "ignored";
		if (!ended) for (const { pid } of exercise.descendants()) send(pid, "SIGKILL");
		return finished !== null && ended;
	}

	async #end({ container, line = "" }: Extract<Step, { do: "end" }>): Promise<void> {
		const exercise = this.#exercises.get(container);
		if (exercise === undefined) return;
		exercise.tell(line, true);
		await exercise.ending;
	}

	async #runProgram({ argv, networkOf, as, keepAll }: Extract<Step, { do: "run" }>): Promise<boolean> {
		const pid = networkOf === undefined ? undefined : this.#exercises.get(networkOf)?.command;
		if (pid === null) return true;
		const keptChars = keepAll ? LIMITS.programChars : undefined;
		const command = this.bench?.command(argv, pid) ?? inHarbour(argv, pid);
		const end = await runProgram(command, this.#patience, keptChars);
		this.programs[as] = end;
		return end.code !== null;
	}

	async #ask(step: Extract<Step, { do: "ask" }>): Promise<boolean> {
		for (const place of step.afresh ?? []) {
			const network = this.#networkOf(place);
			if (network !== undefined) inNamespaceAt(network, "net", forgetNeighbours);
		}
		const patience = this.#patienceFor(SILENCE_MS);
		const answers = await ask(step, (place) => this.#networkOf(place), patience);
		Object.assign(this.answers, answers);
		return !patience.wasCutShort || Object.values(answers).every(({ failed }) => failed !== TIMEOUT);
	}

	#networkOf(place: string): string | undefined {
		if (place === "host") return "/proc/1/ns/net";
		const command = this.#exercises.get(place)?.command ?? null;
		return command === null ? networkOfNeighbour(place) : `/proc/${command}/ns/net`;
	}

	async #unlinked(links: readonly string[]): Promise<boolean> {
		const patience = this.#patienceFor(UNLINKED_MS);
		const remain = () => readLinks(1).some(({ name }) => links.includes(name));
		while (remain() && patience.leftMs > 0) await sleep(UNLINKED_STEP_MS);
		// What is still there has been left: that is for the check to say.
		return true;
	}

	#forward(runner: Runner): void {
		for (const stream of ["stdout", "stderr"] as const)
			runner[stream].on("data", (chunk: Buffer) => {
				const room = LIMITS.outputBytes - this.outputBytes[stream];
				this.outputBytes[stream] += chunk.length;
				if (room > 0) this.output(stream, chunk.subarray(0, room));
			});
	}
}

// "start" is the time until the command runs; of several containers, of all together.
function nameOf(step: Step): string {
	return step.do === "start" ? "untilCommand" : step.do === "look" ? "readDuring" : step.do;
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
