import { type CallReport, type HostState, LIMITS, type Observation, type Run, type Step } from "../protocol/index.ts";
import { readImage } from "../readings/guest/images.ts";
import { inNamespaceAt } from "../readings/guest/namespaces.ts";
import { flushNeighbourTable } from "../readings/guest/network.ts";
import type { Probe } from "../readings/guest/probe.ts";
import type { Waits } from "../readings/waits.ts";
import type { CheckMountNamespace } from "./check-mount-namespace.ts";
import { CommandReader } from "./command-reader.ts";
import { Disappearance } from "./disappearance.ts";
import { inHarbour, sendSignal } from "./harbour.ts";
import type { Instrument } from "./instrument.ts";
import { loadInstruments } from "./load-instruments.ts";
import { networkOfNeighbourHost } from "./neighbour-hosts.ts";
import { OngoingCall } from "./ongoing-call.ts";
import type { Runner } from "./parked-runner.ts";
import { Patience } from "./patience.ts";
import type { PreopenedFiles } from "./preopened-files.ts";
import { runProgram } from "./prepare.ts";
import { RunTime } from "./run-time.ts";
import { askAll, TIMEOUT } from "./tcp-questions.ts";

type StepOf<Name extends Step["do"]> = Extract<Step, { do: Name }>;
type Output = (stream: "stdout" | "stderr", data: Buffer) => void;

/** How long a look waits for the calls' processes to sleep; see {@link Patience}. */
const ALL_ASLEEP_MS = 500;
/** The same on a busy computer. Not longer, because an engine may be right although it never sleeps while it waits. */
const ALL_ASLEEP_BUSY_MS = 1_500;
/**
 * How long a question waits for an answer. The kernel sends an unanswered SYN again after one second. Nothing else on
 * the way from one end to the other waits for longer than that.
 */
const SILENCE_MS = 2_000;

/** The report of a call that no step has made. */
const NEVER_MADE: CallReport = {
	ending: { how: "hung", tasks: [], waitsIn: {} },
	atThrow: null,
	inputTaken: false,
	stopped: null,
	ledger: [],
	writes: [],
};

/** The runners of one run, all parked. */
export interface ParkedRunners {
	/** Each call takes one. */
	forCalls: readonly Runner[];
	/** Each break-out attempt takes one. */
	forEscapes: readonly Runner[];
}

/** What a scene needs besides the run and its runners. */
interface SceneContext {
	/** The harbour before the first call. */
	before: HostState;
	/** The harbour's file systems, as major:minor. */
	hostDevices: string[];
	probe: Probe;
	/** Where the check's own programs run. If undefined, they run in the harbour. */
	checkNamespace: CheckMountNamespace | undefined;
	files: PreopenedFiles;
	output: Output;
}

type Observed = Pick<
	Observation,
	"moments" | "programs" | "answers" | "images" | "signals" | "measured" | "givenUp" | "outputBytes"
>;

/** Takes the steps of one run, makes its calls, and keeps what the steps have observed. */
export class Scene {
	readonly observed: Observed = {
		...{ moments: {}, programs: {}, answers: {}, images: {}, signals: {}, measured: {}, givenUp: [] },
		outputBytes: { stdout: 0, stderr: 0 },
	};
	readonly #calls = new Map<string, OngoingCall>();
	readonly #runnersForCalls: Runner[];
	readonly #commands: CommandReader;
	#instruments: Readonly<Record<string, Instrument>> | undefined;
	readonly #time: RunTime;
	readonly #disappearance: Disappearance;

	constructor(
		private readonly run: Run,
		runners: ParkedRunners,
		private readonly context: SceneContext,
	) {
		this.#runnersForCalls = [...runners.forCalls];
		const { probe, hostDevices } = context;
		const escapes = { runners: [...runners.forEscapes], hostDevices };
		this.#commands = new CommandReader(probe, run.readings.breakOut === undefined ? undefined : escapes);
		this.#time = new RunTime(run.deadlineMs);
		this.#disappearance = new Disappearance(probe, this.#time, context.before);
	}

	/**
	 * Takes a step, unless the run has been given up. Records the step in `observed.givenUp` if what it waits for has not
	 * come.
	 */
	async playStep(step: Step): Promise<void> {
		if (this.#time.isGivenUp || (await this.#play(step))) return;
		const name = "call" in step ? step.call : "as" in step ? step.as : "";
		this.observed.givenUp.push(`${step.do} ${name}`);
	}

	/**
	 * Gives every call a last empty line, ends its standard input, and waits for its end.
	 * @returns how each call ended
	 */
	async endCalls(): Promise<Record<string, CallReport>> {
		for (const call of this.#calls.values()) call.writeLine("", true);
		for (const call of this.#calls.values()) await this.#untilOver(call);
		const all = [...this.#calls].map(async ([name, call]) => [name, await call.report()] as const);
		const made = Object.fromEntries(await Promise.all(all));
		// A call that was never made is reported as hung: the run was given up before the call's step.
		const neverMade = Object.keys(this.run.calls).map((name) => [name, NEVER_MADE] as const);
		return { ...Object.fromEntries(neverMade), ...made };
	}

	/**
	 * Reads the harbour after calls have ended. First waits, for a limited time, until their network namespaces are gone.
	 */
	readHostAtEnd(): Promise<HostState> {
		return this.#disappearance.readHost();
	}

	/**
	 * Ends all waits of the run, because the deadline has passed, the computer outside says so, or a call can no longer
	 * run its command or end.
	 */
	giveUp(): void {
		this.#time.giveUp();
		for (const call of this.#calls.values()) call.giveUp();
	}

	/** The processes of the calls that still run, and what each of them waits for. */
	waits(): Waits {
		const all = [...this.#calls.values()].filter(({ hasEnded }) => !hasEnded).map((call) => call.waits());
		return {
			tasks: all.flatMap(({ tasks }) => tasks),
			waitsIn: Object.assign({}, ...all.map(({ waitsIn }) => waitsIn)),
		};
	}

	/** Lets the calls' own processes exit. They have waited so that the agent could read them. */
	release(): void {
		for (const call of this.#calls.values()) call.runner.release();
	}

	// Takes the step, and returns whether what it waits for has come. The wait for links and the last `feed` always count as
	// come: the check sees links that are left, and the call's report says how it ended. A step on a call that was not made
	// does nothing.
	async #play(step: Step): Promise<boolean> {
		switch (step.do) {
			case "call":
				return this.#makeCall(step.call);
			case "look":
				if (step.call === undefined || this.#calls.get(step.call)?.hasEnded === false) await this.#look(step.as, step);
				return true;
			case "measure":
				return this.#measure(step);
			case "readImages":
				for (const image of step.images) {
					const read = [...(this.observed.images[image] ?? []), readImage(image, step.words)];
					this.observed.images[image] = read.slice(0, 2);
				}
				return true;
			case "ask":
				return this.#ask(step);
			case "run":
				return this.#runProgram(step);
			case "await":
				return "call" in step ? this.#untilCall(step) : this.#untilUnlinked(step.until.unlinked);
			default: {
				const call = this.#calls.get(step.call);
				return call === undefined || this.#playOnCall(call, step);
			}
		}
	}

	// Takes a step on one ongoing call.
	async #playOnCall(
		call: OngoingCall,
		step: StepOf<"feed" | "resize" | "hangUp" | "signal" | "stop">,
	): Promise<boolean> {
		switch (step.do) {
			case "feed":
				if ("text" in step) call.runner.input(step.text);
				else if (step.last) {
					call.writeLine(step.line ?? "", true);
					await this.#untilOver(call);
				} else return call.feed(this.#time.patience, step.line);
				return true;
			case "resize":
				call.runner.resize(step.window);
				return true;
			case "hangUp":
				call.runner.hangUp();
				return true;
			case "stop":
				call.stop();
				return call.untilEnded(this.#time.patience);
			case "signal":
				return this.#signal(call, step);
		}
	}

	// When a call can no longer end, all calls are given up, as at the deadline.
	async #untilOver(call: OngoingCall): Promise<void> {
		if (!(await call.untilOver())) this.giveUp();
	}

	async #makeCall(name: string): Promise<boolean> {
		const call = this.run.calls[name];
		const runner = this.#runnersForCalls.shift();
		if (call === undefined || runner === undefined) throw new Error(`no runner for the call ${name}`);
		const ongoing = new OngoingCall(runner, call, this.context.probe, () => this.#time.newStandstill());
		this.#calls.set(name, ongoing);
		this.#forwardOutput(runner);
		ongoing.start(this.run.code);
		// The point that the call's `until` names.
		const reached = await ongoing.untilReached(this.#time.patience);
		if (ongoing.canNeverRun) this.giveUp();
		return reached;
	}

	async #look(name: string, { writes = {}, allEnded }: Partial<StepOf<"look">> = {}): Promise<void> {
		const patience = new Patience(ALL_ASLEEP_MS, ALL_ASLEEP_BUSY_MS);
		await Promise.all([...this.#calls.values()].map((call) => call.untilAllAsleep(patience)));
		// From here until the harbour is read, the agent keeps the processor. So no process can run and write the same
		// text somewhere else.
		this.context.files.write(writes);
		const host = allEnded ? await this.readHostAtEnd() : this.context.probe.readHost();
		const commands = [...this.#calls].map(async ([call, { processes, runner }]) => {
			const { command } = processes;
			return [call, command === null ? null : await this.#commands.read(command, runner, host)] as const;
		});
		this.observed.moments[name] = { host, commands: Object.fromEntries(await Promise.all(commands)) };
	}

	async #measure({ with: name, args, as }: StepOf<"measure">): Promise<boolean> {
		this.#instruments ??= loadInstruments(this.run.instruments ?? "");
		const instrument = this.#instruments[name];
		if (instrument === undefined) throw new Error(`no instrument ${name}`);
		const { before } = this.context;
		const context = {
			call: (of: string) => this.#calls.get(of),
			tasksBefore: before.tasks,
			patience: this.#time.patience,
		};
		const measured: unknown = await instrument(context, ...(args as never[]));
		if (measured !== undefined) this.observed.measured[as] = measured;
		return measured !== undefined;
	}

	async #signal(call: OngoingCall, { call: name, to, signals, as }: StepOf<"signal">): Promise<boolean> {
		await call.untilCommandSleeps(this.#time.patience);
		const target = to === "engine" ? call.runner.pid : call.processes[to];
		if (target !== null) for (const signal of signals) sendSignal(target, signal);
		if (target === null || as === undefined) return true;
		const ended = await call.untilEnded(this.#time.patience);
		this.observed.signals[as] = ended ? "ended" : "ignored";
		if (ended) return true;
		// Look before the kill: afterwards, nothing shows whether the command itself had ended.
		await this.#look(`${name}: ignored`);
		call.kill();
		return false;
	}

	async #untilCall({ call: name, until }: Extract<Step, { do: "await"; call: string }>): Promise<boolean> {
		const call = this.#calls.get(name);
		if (call === undefined) return true;
		if (until === "settled") return call.untilSettled(this.#time.patience);
		return until === "ended"
			? call.untilEnded(this.#time.patience)
			: call.untilPrinted(until.prints, this.#time.patience);
	}

	async #untilUnlinked(links: readonly string[]): Promise<boolean> {
		await this.#disappearance.ofLinks(links);
		return true;
	}

	async #runProgram({ argv, networkOf, as, keepAll }: StepOf<"run">): Promise<boolean> {
		const pid = networkOf === undefined ? undefined : this.#calls.get(networkOf)?.processes.command;
		if (pid === null) return true;
		const keptChars = keepAll ? LIMITS.programChars : undefined;
		const command = this.context.checkNamespace?.command(argv, pid) ?? inHarbour(argv, pid);
		const end = await runProgram(command, this.#time.patience, keptChars);
		this.observed.programs[as] = end;
		return end.code !== null;
	}

	async #ask(step: StepOf<"ask">): Promise<boolean> {
		for (const place of step.afresh ?? []) {
			const network = this.#networkOf(place);
			if (network !== undefined) inNamespaceAt(network, "net", flushNeighbourTable);
		}
		const patience = this.#time.patienceFor(SILENCE_MS);
		const answers = await askAll(step, (place) => this.#networkOf(place), patience);
		Object.assign(this.observed.answers, answers);
		return !patience.wasCutShort || Object.values(answers).every(({ failed }) => failed !== TIMEOUT);
	}

	#networkOf(place: string): string | undefined {
		if (place === "host") return "/proc/1/ns/net";
		const command = this.#calls.get(place)?.processes.command ?? null;
		return command === null ? networkOfNeighbourHost(place) : `/proc/${command}/ns/net`;
	}

	#forwardOutput(runner: Runner): void {
		const { outputBytes } = this.observed;
		for (const stream of ["stdout", "stderr"] as const)
			runner.onOutput(stream, (chunk) => {
				const room = LIMITS.outputBytes - outputBytes[stream];
				outputBytes[stream] += chunk.length;
				if (room > 0) this.context.output(stream, chunk.subarray(0, room));
			});
	}
}
