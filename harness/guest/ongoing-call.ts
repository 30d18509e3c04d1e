import type { Call, CallReport, Ending, ProcessState } from "../protocol/index.ts";
import type { Probe } from "../readings/guest/probe.ts";
import { readWaitingFunction } from "../readings/guest/proc.ts";
import { readRoot } from "../readings/guest/root.ts";
import type { Waits } from "../readings/waits.ts";
import { CallOutput } from "./call-output.ts";
import { CallProcesses } from "./call-processes.ts";
import { sendSignal } from "./harbour.ts";
import { InputReaders } from "./input-readers.ts";
import type { RunnerLine } from "./job.ts";
import type { Runner } from "./parked-runner.ts";
import { idleMs, type Patience, untilMachineIdles } from "./patience.ts";
import { acceptsConnections } from "./servers.ts";
import type { Standstill } from "./standstill.ts";

/** If the call prints nothing for this long, the agent looks at its processes. */
const SILENCE_MS = 1_000;
/**
 * After this much idle time of the machine, the agent concludes that the command will never say that it waits for a
 * line. All this time, the call must print nothing, and its processes must be the same and asleep. Silence alone is not
 * enough: on a busy computer, a script that is at work prints nothing for seconds.
 */
const IDLE_MS = 2_000;

/** How often the agent looks at the call's processes while it waits for them to settle or to end. */
const SETTLED_STEP_MS = 300;
/** How often a wait checks whether anything can still change. */
const STANDSTILL_STEP_MS = 200;

/**
 * Follows one call of an export of the exercise: when its command runs, when the command waits for input, and how the
 * call ends.
 */
export class OngoingCall {
	/**
	 * Resolves when the call has ended, or when it is given up. After the exercise has returned or thrown, the call's own
	 * process waits for `runner.release()`.
	 */
	readonly ending: Promise<Ending>;
	readonly processes: CallProcesses;
	readonly #output: CallOutput;
	#ended = false;
	#isStuck = false;
	#atThrow: ProcessState | null = null;
	#stopped: CallReport["stopped"] = null;
	#resolve!: (ending: Ending) => void;
	#thrown: Ending | undefined;
	#waiters: (() => void)[] = [];
	readonly #readers: InputReaders;

	constructor(
		readonly runner: Runner,
		private readonly call: Call,
		private readonly probe: Probe,
		private readonly newStandstill: () => Standstill,
	) {
		this.processes = new CallProcesses(runner.pid, call.token);
		this.#readers = new InputReaders(runner);
		this.ending = new Promise((resolve) => {
			this.#resolve = resolve;
		});
		this.ending.then(() => {
			this.#ended = true;
			this.#notify();
		});
		runner.onLine((line) => this.#handleLine(line));
		runner.ended.then(({ code, signal }) => this.#resolve(this.#thrown ?? { how: "exited", code, signal }));
		this.#output = new CallOutput(call.says ?? call.token);
		runner.onOutput("stdout", (chunk) => {
			this.#output.push(chunk);
			this.#notify();
		});
	}

	get hasEnded(): boolean {
		return this.#ended;
	}

	/** Whether the command does not run and will never run, because nothing can change any more. */
	get canNeverRun(): boolean {
		return this.#isStuck && this.processes.command === null;
	}

	/**
	 * Starts the call on its runner.
	 * @param code the program that has the export, as CommonJS
	 */
	start(code: string): void {
		const { stdio, export: name, args, as, asynchronous } = this.call;
		if (stdio === "none") this.runner.useDevNull();
		const given = typeof stdio === "object" ? { terminal: this.runner.useTerminal(stdio.terminal) } : stdio;
		this.runner.start({ do: "exercise", code, export: name, args, as, stdio: given, asynchronous });
	}

	/**
	 * Waits until the call has reached the point that its `until` names.
	 * @returns false if patience ended first, or if the call can no longer reach that point
	 */
	async untilReached(patience: Patience): Promise<boolean> {
		const { until = "runs" } = this.call;
		if (until === "returns") return this.untilEnded(patience);
		if (until === "runs") return this.#untilRuns(patience);
		if (until === "stops") return (await this.#untilStops(patience)) && this.#untilRuns(patience);
		const answers = async () => this.#ended || (await acceptsConnections(until.serves, patience.leftMs));
		while (!(await answers())) {
			if (patience.leftMs === 0) return false;
			await untilMachineIdles();
		}
		return !this.#ended;
	}

	/**
	 * Writes a line to the command. Then waits until the command waits for the next line, or until the call has ended.
	 * @returns false if patience ended first, or if nothing can change any more
	 */
	async feed(patience: Patience, line = ""): Promise<boolean> {
		const before = this.#output.inputWaits;
		if (!this.#ended) this.writeLine(line);
		return this.#until(() => this.#ended || this.#output.inputWaits > before, patience);
	}

	/**
	 * Writes a line that only the command may read.
	 * @param last whether to end the standard input after this line
	 */
	writeLine(line: string, last = false): void {
		this.#readers.allow(this.processes.readersOfCommand());
		this.runner.input(`${line}\n`);
		if (last) this.runner.endInput();
	}

	/**
	 * Waits until no process of the call is a zombie or about to act, and their number no longer changes; or until the
	 * call has ended.
	 * @returns false if patience ended first, or if nothing can change any more
	 */
	untilSettled(patience: Patience): Promise<boolean> {
		let last = -1;
		const settled = () => {
			const tasks = this.processes.descendants();
			const same = tasks.length === last;
			last = tasks.length;
			const noZombies = tasks.every(({ state }) => state !== "Z");
			return this.#ended || (same && noZombies && this.processes.areAsleep());
		};
		return this.#until(settled, patience, SETTLED_STEP_MS);
	}

	/**
	 * Waits until the call has printed this text.
	 * @returns false if patience ended first, if nothing can change any more, or if the call ended without printing it
	 */
	async untilPrinted(text: string, patience: Patience): Promise<boolean> {
		await this.#until(() => this.#ended || this.#output.includes(text), patience);
		return this.#output.includes(text);
	}

	/**
	 * Waits until the command sleeps or the call has ended. A signal that reaches a shell just before its read(2) would
	 * be handled only after that read(2) has returned.
	 * @returns false if patience ended first, or if nothing can change any more
	 */
	untilCommandSleeps(patience: Patience): Promise<boolean> {
		return this.#pollUntil(() => this.#ended || this.processes.commandSleeps(), patience);
	}

	/**
	 * Waits until none of the call's processes is about to act, including those that have lost their parent. Even after
	 * the call has returned, a process that it started may not have reached its execve(2) yet.
	 * @returns false if patience ended first, or if nothing can change any more
	 */
	untilAllAsleep(patience: Patience): Promise<boolean> {
		return this.#pollUntil(() => this.processes.areAllAsleep(), patience);
	}

	/** Waits for the end of the call. @returns false if patience ended first, or if the call can no longer end */
	untilEnded(patience: Patience): Promise<boolean> {
		return this.#until(() => this.#ended, patience);
	}

	/** Waits for the end of the call, however long it takes. @returns false if the call can no longer end */
	async untilOver(): Promise<boolean> {
		const standstill = this.newStandstill();
		while (!this.#ended && !standstill.isReached()) await this.#untilChange(STANDSTILL_STEP_MS);
		return this.#ended;
	}

	/** Kills all descendants of the call's own process. */
	kill(): void {
		for (const { pid } of this.processes.descendants()) sendSignal(pid, "SIGKILL");
	}

	/**
	 * Kills all descendants of the call's own process. If the call is a server, also kills the call's own process, which
	 * would not end with the others.
	 */
	stop(): void {
		this.kill();
		if (typeof this.call.until === "object") sendSignal(this.runner.pid, "SIGKILL");
	}

	/**
	 * Stops waiting for the end of the call: nothing can change any more, the time is up, or the computer outside says
	 * so.
	 */
	giveUp(): void {
		this.#resolve(this.#thrown ?? { how: "hung", ...this.waits() });
	}

	/** The call's processes, and what each of them waits for. */
	waits(): Waits {
		const tasks = this.processes.tasks();
		return { tasks, waitsIn: Object.fromEntries(tasks.map(({ pid }) => [pid, readWaitingFunction(pid)])) };
	}

	async report(): Promise<CallReport> {
		const ending = await this.ending;
		const read = { atThrow: this.#atThrow, inputTaken: this.#readers.haveTakenInput(), stopped: this.#stopped };
		return { ending, ...read, ...this.runner.ledger() };
	}

	// Waits until the command prints that it waits for a line, or until every process of a call that has ended is gone. A
	// command whose output goes to /dev/null cannot print that; the wait then lasts until the command sleeps. Returns
	// false if patience ended first, if nothing can change any more, or if the command stays silent and asleep on an
	// idle machine (IDLE_MS). As long as the call has not ended and its command does not run, the end of patience does
	// not end the wait.
	async #untilRuns(patience: Patience): Promise<boolean> {
		let asleep = "";
		let sinceMs = idleMs();
		const standstill = this.newStandstill();
		for (;;) {
			// An engine that does not wait for its command may end before the command has started.
			if (this.#ended && this.processes.haveEnded()) return true;
			// Looking at processes takes the guest's only processor from the exercise. So look only after output or a
			// long silence.
			const silent = !(await this.#untilChange(this.#ended ? SETTLED_STEP_MS : SILENCE_MS));
			this.#isStuck = silent && standstill.isReached();
			const late = patience.leftMs === 0 || this.#isStuck;
			if (this.processes.command === null && !this.#ended) {
				if (this.#isStuck) return false;
				continue;
			}
			// Its output goes to /dev/null, so it cannot say that it waits.
			if (this.call.stdio === "none") return this.untilCommandSleeps(patience);
			if (this.#output.inputWaits > 0 || late) return this.#output.inputWaits > 0;
			const before = asleep;
			asleep = silent && this.processes.areAsleep() ? this.processes.key() : "";
			if (asleep === "" || asleep !== before) sinceMs = idleMs();
			else if (idleMs() - sinceMs >= IDLE_MS) return false;
		}
	}

	// Waits until one of the call's processes has stopped itself, or until the call has ended. Records the stopped
	// process's root directory and the number of its descendants, and then sends it SIGCONT. Returns false if patience
	// ended first, or if nothing can change any more.
	async #untilStops(patience: Patience): Promise<boolean> {
		const reached = await this.#pollUntil(() => this.#ended || this.processes.stopped() !== undefined, patience);
		const task = this.processes.stopped();
		if (task === undefined) return reached;
		const { pid, startTicks, children } = task;
		this.#stopped = { pid, startTicks, ...readRoot(pid), children };
		sendSignal(pid, "SIGCONT");
		return true;
	}

	#handleLine(line: RunnerLine): void {
		if (!("ending" in line)) return;
		const { ending } = line;
		const { how } = ending;
		// A child's ending explains what its parent reports afterwards, so the first ending is kept.
		if (how === "threw" || how === "child-returned") this.#thrown ??= ending;
		if (how === "threw") this.#readThrowingProcess();
		if (how === "child-returned") return;
		// The child's state has been read, so let it exit. Its parent stays until the harbour's state has been read.
		if (how === "threw" && ending.inChild) this.runner.release();
		else this.#resolve(this.#thrown ?? ending);
	}

	#readThrowingProcess(): void {
		try {
			// Until the command runs, the youngest process runs the exercise's code.
			this.#atThrow ??= this.probe.readProcess(this.processes.youngest, this.runner);
		} catch {
			// The process was killed meanwhile. Its exception is reported all the same.
		}
	}

	/** @param stepMs how often at least to call `holds` again, even if nothing was printed and the call has not ended */
	async #until(holds: () => boolean, patience: Patience, stepMs = Number.POSITIVE_INFINITY): Promise<boolean> {
		const standstill = this.newStandstill();
		for (;;) {
			if (holds()) return true;
			const { leftMs } = patience;
			if (leftMs === 0 || standstill.isReached()) return false;
			await this.#untilChange(Math.min(leftMs, stepMs, STANDSTILL_STEP_MS));
		}
	}

	// The kernel has no event for a process that goes to sleep, so this polls.
	async #pollUntil(holds: () => boolean, patience: Patience): Promise<boolean> {
		const standstill = this.newStandstill();
		for (;;) {
			if (holds()) return true;
			if (patience.leftMs === 0 || standstill.isReached()) return false;
			await untilMachineIdles();
		}
	}

	/** Waits until something is printed or the call ends. @returns false if neither happened within this time */
	#untilChange(timeoutMs: number): Promise<boolean> {
		return new Promise((resolve) => {
			const timer = setTimeout(() => resolve(false), timeoutMs);
			this.#waiters.push(() => {
				clearTimeout(timer);
				resolve(true);
			});
		});
	}

	#notify(): void {
		for (const resolve of this.#waiters.splice(0)) resolve();
	}
}
