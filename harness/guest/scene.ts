import { setTimeout as sleep } from "node:timers/promises";
import {
	type CallReport,
	type Escape,
	type HostState,
	LIMITS,
	type Observation,
	type Run,
	type Step,
} from "../protocol/index.ts";
import { readImage } from "../readings/guest/images.ts";
import { inNamespaceAt } from "../readings/guest/namespaces.ts";
import { forgetNeighbours, readLinks } from "../readings/guest/network.ts";
import type { Probe } from "../readings/guest/probe.ts";
import type { Bench } from "./bench.ts";
import { inHarbour, signal as send } from "./harbour.ts";
import type { HeldFiles } from "./held-files.ts";
import { loadInstruments } from "./instruments.ts";
import type { Instrument } from "./measuring.ts";
import { networkOfNeighbour } from "./neighbours.ts";
import { OngoingCall } from "./ongoing-call.ts";
import { Patience } from "./patience.ts";
import { runProgram } from "./prepare.ts";
import { ask, TIMEOUT } from "./questions.ts";
import type { Runner } from "./runners.ts";

type Of<Name extends Step["do"]> = Extract<Step, { do: Name }>;
type Output = (stream: "stdout" | "stderr", data: Buffer) => void;

/** The part of a run's deadline that one step may spend on waiting for something that may never come. */
const PATIENCE = 0.25;
/** The same part for a wait that ends once the machine has been idle for some seconds. */
const BUSY_PATIENCE = 0.5;
/** How long a look waits for the calls' processes to sleep; see {@link Patience}. */
const STANDS_MS = 500;
/**
 * How long a question waits for an answer. The kernel sends an unanswered SYN again after one second, and again two
 * seconds later.
 */
const SILENCE_MS = 3_500;
/** How long a network namespace that nothing holds any more, and its links, may take to disappear. */
const UNLINKED_MS = 3_000;
const UNLINKED_STEP_MS = 50;

const NEVER_MADE: CallReport = {
	ending: { how: "hung", tasks: [] },
	atThrow: null,
	inputTaken: false,
	stopped: null,
	ledger: [],
};

/** The runners of one run, all parked. */
export interface Cast {
	/** Each call takes one. */
	engines: readonly Runner[];
	/** Each break-out attempt takes one. */
	scouts: readonly Runner[];
}

/** What a scene needs besides the run and its runners. */
interface Ground {
	/** The host before the first call. */
	before: HostState;
	/** The host's file systems, as major:minor. */
	hostDevices: string[];
	probe: Probe;
	/** Where the check's own programs run. If undefined, they run in the harbour. */
	bench: Bench | undefined;
	held: HeldFiles;
	output: Output;
}

type Seen = Pick<
	Observation,
	"moments" | "programs" | "answers" | "images" | "signals" | "measured" | "givenUp" | "outputBytes"
>;

/** Takes the steps of one run, makes its calls, and keeps what the steps have observed. */
export class Scene {
	readonly seen: Seen = {
		...{ moments: {}, programs: {}, answers: {}, images: {}, signals: {}, measured: {}, givenUp: [] },
		outputBytes: { stdout: 0, stderr: 0 },
	};
	readonly #calls = new Map<string, OngoingCall>();
	readonly #engines: Runner[];
	readonly #scouts: Runner[];
	#instruments: Readonly<Record<string, Instrument>> | undefined;
	#over = false;

	constructor(
		private readonly run: Run,
		cast: Cast,
		private readonly ground: Ground,
	) {
		this.#engines = [...cast.engines];
		this.#scouts = [...cast.scouts];
	}

	/** Takes a step. Records the step in `seen.givenUp` if what it waits for has not come. */
	async take(step: Step): Promise<void> {
		if (this.#over || (await this.#came(step))) return;
		const whose = "call" in step ? step.call : "as" in step ? step.as : "";
		this.seen.givenUp.push(`${step.do} ${whose}`);
	}

	/**
	 * Gives every call a last empty line, ends its standard input, and waits for its end.
	 * @returns how each call ended
	 */
	async ended(): Promise<Record<string, CallReport>> {
		for (const call of this.#calls.values()) call.tell("", true);
		const all = [...this.#calls].map(async ([name, call]) => [name, await call.report()] as const);
		const made = Object.fromEntries(await Promise.all(all));
		// A call that was never made is reported as hung: an earlier step used up the deadline.
		const waiting = Object.keys(this.run.calls).map((name) => [name, NEVER_MADE] as const);
		return { ...Object.fromEntries(waiting), ...made };
	}

	/**
	 * Reads the host after all calls have ended. Reads it again while it has a network namespace that was not there
	 * before the first call, but only until patience ends.
	 */
	async readAtLast(): Promise<HostState> {
		const patience = this.#patienceFor(UNLINKED_MS);
		const known = this.ground.before.network?.peers ?? [];
		for (;;) {
			const host = this.ground.probe.readHost();
			const isNew = host.network?.peers.some((peer) => !known.includes(peer)) === true;
			if (!isNew || patience.leftMs === 0) return host;
			await sleep(UNLINKED_STEP_MS);
		}
	}

	/** Stops waiting for calls that still run, because the deadline has passed. */
	giveUp(): void {
		this.#over = true;
		for (const call of this.#calls.values()) call.giveUp();
	}

	/** Lets the calls' own processes exit. They have waited so that the agent could read them. */
	release(): void {
		for (const call of this.#calls.values()) call.runner.release();
	}

	// Takes the step, and returns whether what it waits for has come. A step on a call that was not made does nothing.
	async #came(step: Step): Promise<boolean> {
		switch (step.do) {
			case "call":
				return this.#make(step.call);
			case "look":
				if (step.call === undefined || this.#calls.get(step.call)?.hasEnded === false) await this.#look(step.as, step);
				return true;
			case "measure":
				return this.#measure(step);
			case "readImages":
				for (const image of step.images) {
					const read = [...(this.seen.images[image] ?? []), readImage(image, step.words)];
					this.seen.images[image] = read.slice(0, 2);
				}
				return true;
			case "ask":
				return this.#ask(step);
			case "run":
				return this.#runProgram(step);
			case "await":
				return "call" in step ? this.#await(step) : this.#unlinked(step.until.unlinked);
			default: {
				const call = this.#calls.get(step.call);
				return call === undefined || this.#act(call, step);
			}
		}
	}

	// Takes a step on one ongoing call.
	async #act(call: OngoingCall, step: Of<"feed" | "resize" | "hangUp" | "signal" | "stop">): Promise<boolean> {
		switch (step.do) {
			case "feed":
				if ("text" in step) call.runner.input(step.text);
				else if (step.last) {
					call.tell(step.line ?? "", true);
					await call.ending;
				} else return call.feed(this.#patience, step.line);
				return true;
			case "resize":
				call.runner.resize(step.window);
				return true;
			case "hangUp":
				call.runner.hangUp();
				return true;
			case "stop":
				call.stop();
				return call.ends(this.#patience);
			case "signal":
				return this.#signal(call, step);
		}
	}

	get #patience(): Patience {
		return new Patience(this.run.deadlineMs * PATIENCE);
	}

	// For something that comes within this much idle time. On a busy machine, it may take half of the run's deadline.
	#patienceFor(idleMs: number): Patience {
		return new Patience(idleMs, Math.max(idleMs, this.run.deadlineMs * BUSY_PATIENCE));
	}

	#make(name: string): Promise<boolean> {
		const call = this.run.calls[name];
		const runner = this.#engines.shift();
		if (call === undefined || runner === undefined) throw new Error(`no runner for the call ${name}`);
		const ongoing = new OngoingCall(runner, call, this.ground.probe);
		this.#calls.set(name, ongoing);
		this.#forward(runner);
		ongoing.begin(this.run.code);
		return ongoing.came(this.#patience);
	}

	async #look(name: string, { writes = {}, allEnded }: Partial<Of<"look">> = {}): Promise<void> {
		await Promise.all([...this.#calls.values()].map((call) => call.stands(new Patience(STANDS_MS))));
		// From here until the host is read, the agent keeps the processor. So no process can run and write the same
		// text somewhere else.
		this.ground.held.write(writes);
		const host = allEnded ? await this.readAtLast() : this.ground.probe.readHost();
		const commands = [...this.#calls].map(async ([call, { processes, runner }]) => {
			const { command } = processes;
			return [call, command === null ? null : await this.#observe(command, runner, host)] as const;
		});
		this.seen.moments[name] = { host, commands: Object.fromEntries(await Promise.all(commands)) };
	}

	async #observe(pid: number, engine: Runner, { tasks }: HostState) {
		try {
			const process = this.ground.probe.readProcess(pid, engine, tasks);
			if (this.run.readings.breakOut === undefined) return process;
			return { ...process, escape: await this.#attemptEscape(pid) };
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code === "ENOENT" || code === "ESRCH") return null; // The process ended while it was read.
			throw error;
		}
	}

	#attemptEscape(pid: number): Promise<Escape | null> {
		const runner = this.#scouts.shift();
		if (runner === undefined) return Promise.resolve(null);
		return new Promise((resolve) => {
			runner.onLine((line) => "escape" in line && resolve(line.escape));
			runner.ended.then(() => resolve(null));
			runner.start({ do: "escape", pid, hostDevices: this.ground.hostDevices });
		});
	}

	async #measure({ with: name, args, as }: Of<"measure">): Promise<boolean> {
		this.#instruments ??= loadInstruments(this.run.instruments ?? "");
		const instrument = this.#instruments[name];
		if (instrument === undefined) throw new Error(`no instrument ${name}`);
		const { before } = this.ground;
		const measuring = {
			call: (of: string) => this.#calls.get(of),
			tasksBefore: before.tasks,
			patience: this.#patience,
		};
		const measured: unknown = await instrument(measuring, ...(args as never[]));
		if (measured !== undefined) this.seen.measured[as] = measured;
		return measured !== undefined;
	}

	async #signal(call: OngoingCall, { call: name, to, signals, as }: Of<"signal">): Promise<boolean> {
		await call.rests(this.#patience);
		const target = to === "engine" ? call.runner.pid : call.processes[to];
		if (target !== null) for (const signal of signals) send(target, signal);
		if (target === null || as === undefined) return true;
		const ended = await call.ends(this.#patience);
		this.seen.signals[as] = ended ? "ended" : "ignored";
		if (ended) return true;
		// Look before the kill: afterwards, nothing shows whether the command itself had ended.
		await this.#look(`${name}: ignored`);
		call.kill();
		return false;
	}

	async #await({ call: name, until }: Extract<Step, { do: "await"; call: string }>): Promise<boolean> {
		const call = this.#calls.get(name);
		if (call === undefined) return true;
		if (until === "settled") return call.settles(this.#patience);
		return until === "ended" ? call.ends(this.#patience) : call.prints(until.prints, this.#patience);
	}

	async #unlinked(links: readonly string[]): Promise<boolean> {
		const patience = this.#patienceFor(UNLINKED_MS);
		const remain = () => readLinks(1).some(({ name }) => links.includes(name));
		while (remain() && patience.leftMs > 0) await sleep(UNLINKED_STEP_MS);
		// Links that are still there were left behind. The check decides about them.
		return true;
	}

	async #runProgram({ argv, networkOf, as, keepAll }: Of<"run">): Promise<boolean> {
		const pid = networkOf === undefined ? undefined : this.#calls.get(networkOf)?.processes.command;
		if (pid === null) return true;
		const keptChars = keepAll ? LIMITS.programChars : undefined;
		const command = this.ground.bench?.command(argv, pid) ?? inHarbour(argv, pid);
		const end = await runProgram(command, this.#patience, keptChars);
		this.seen.programs[as] = end;
		return end.code !== null;
	}

	async #ask(step: Of<"ask">): Promise<boolean> {
		for (const place of step.afresh ?? []) {
			const network = this.#networkOf(place);
			if (network !== undefined) inNamespaceAt(network, "net", forgetNeighbours);
		}
		const patience = this.#patienceFor(SILENCE_MS);
		const answers = await ask(step, (place) => this.#networkOf(place), patience);
		Object.assign(this.seen.answers, answers);
		return !patience.wasCutShort || Object.values(answers).every(({ failed }) => failed !== TIMEOUT);
	}

	#networkOf(place: string): string | undefined {
		if (place === "host") return "/proc/1/ns/net";
		const command = this.#calls.get(place)?.processes.command ?? null;
		return command === null ? networkOfNeighbour(place) : `/proc/${command}/ns/net`;
	}

	#forward(runner: Runner): void {
		const { outputBytes } = this.seen;
		for (const stream of ["stdout", "stderr"] as const)
			runner.onOutput(stream, (chunk) => {
				const room = LIMITS.outputBytes - outputBytes[stream];
				outputBytes[stream] += chunk.length;
				if (room > 0) this.ground.output(stream, chunk.subarray(0, room));
			});
	}
}
