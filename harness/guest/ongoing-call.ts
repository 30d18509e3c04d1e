import { type Call, type CallReport, type Ending, Lines, type ProcessState } from "../protocol/index.ts";
import type { Probe } from "../readings/guest/probe.ts";
import { readRoot } from "../readings/guest/root.ts";
import { CallProcesses } from "./call-processes.ts";
import { signal } from "./harbour.ts";
import type { RunnerLine } from "./job.ts";
import { idleMs, type Patience, untilMachineRests } from "./patience.ts";
import type { Runner } from "./runners.ts";
import { accepts } from "./servers.ts";

/** How often a command that says nothing is looked at. */
const SILENCE_MS = 1_000;
/**
 * For how long the machine must have had nothing to do since the command's last word, its processes all the time the
 * same and asleep, for it to count as one that says none. Silence alone is not enough: on a busy computer a script that
 * is at work says nothing for seconds.
 */
const IDLE_MS = 2_000;

const SETTLE_MS = 300;

/** Characters of what was printed last, in which a text is looked for. */
const PRINTED_CHARS = 8_192;

/** Follows one call of the exercise on its runner: when its command runs, what it waits for, and how it ends. */
export class OngoingCall {
	/** Settles when it has ended, or is given up. Its own process then waits to be released. */
	readonly ending: Promise<Ending>;
	readonly processes: CallProcesses;
	/** How often the command has said that it waits for a line. */
	#pauses = 0;
	#printed = "";
	#ended = false;
	#atThrow: ProcessState | null = null;
	#stopped: CallReport["stopped"] = null;
	#resolve!: (ending: Ending) => void;
	#thrown: Ending | undefined;
	#changed: (() => void)[] = [];
	/** Who may read the line that was written last, by the agent's own numbers; and whether somebody else has read one. */
	#addressees: number[] = [];
	#inputTaken = false;

	constructor(
		readonly runner: Runner,
		private readonly call: Call,
		private readonly probe: Probe,
	) {
		this.processes = new CallProcesses(runner.pid, call.token);
		this.ending = new Promise((resolve) => {
			this.#resolve = resolve;
		});
		this.ending.then(() => {
			this.#ended = true;
			this.#wake();
		});
		runner.onLine((line) => this.#heard(line));
		runner.ended.then(({ code, signal }) => this.#resolve(this.#thrown ?? { how: "exited", code, signal }));
		const { token, says = token } = call;
		// A terminal ends its lines with CR and LF.
		const lines = new Lines(says.length + 1);
		runner.onOutput("stdout", (chunk) => {
			const text = chunk.toString("latin1");
			this.#pauses += lines.take(text).filter((line) => line.endsWith(says) || line.endsWith(`${says}\r`)).length;
			this.#printed = (this.#printed + text).slice(-PRINTED_CHARS);
			this.#wake();
		});
	}

	get hasEnded(): boolean {
		return this.#ended;
	}

	/** Makes the call on its runner. @param code the program whose export is called, as CommonJS */
	begin(code: string): void {
		const { stdio, export: name, args, as, asynchronous } = this.call;
		if (stdio === "none") this.runner.giveNothing();
		const given = typeof stdio === "object" ? { terminal: this.runner.giveTerminal(stdio.terminal) } : stdio;
		this.runner.start({ do: "exercise", code, export: name, args, as, stdio: given, asynchronous });
	}

	/** Waits for what the call is waited for. @returns false: patience ended first, or it will never come */
	async came(patience: Patience): Promise<boolean> {
		const { until = "runs" } = this.call;
		if (until === "returns") return this.ends(patience);
		if (until === "runs") return this.#runs(patience);
		if (until === "stops") return (await this.#stops(patience)) && this.#runs(patience);
		const answers = async () => this.#ended || (await accepts(until.serves, patience.leftMs));
		while (!(await answers())) {
			if (patience.leftMs === 0) return false;
			await untilMachineRests();
		}
		return !this.#ended;
	}

	/** Gives the command a line, and waits until it waits for the next one, or has ended. @returns false: patience has */
	async feed(patience: Patience, line = ""): Promise<boolean> {
		const before = this.#pauses;
		if (!this.#ended) this.tell(line);
		return this.#until(() => this.#ended || this.#pauses > before, patience);
	}

	/** Writes a line to the command: nobody else is to read it. After the last one, its standard input ends. */
	tell(line: string, last = false): void {
		this.#noteReaders();
		this.#addressees = this.processes.readersOfCommand();
		this.runner.input(`${line}\n`);
		if (last) this.runner.endInput();
	}

	/** Waits until no zombie is left and the number of its processes stays the same. @returns false: patience ended first */
	settles(patience: Patience): Promise<boolean> {
		let last = -1;
		const settled = () => {
			const tasks = this.processes.descendants();
			const same = tasks.length === last;
			last = tasks.length;
			const none = tasks.every(({ state }) => state !== "Z");
			return this.#ended || (same && none && this.processes.areAsleep());
		};
		return this.#until(settled, patience, SETTLE_MS);
	}

	/** Waits until it has printed this text. @returns false: patience ended first, or the call has ended without it */
	async prints(text: string, patience: Patience): Promise<boolean> {
		await this.#until(() => this.#ended || this.#printed.includes(text), patience);
		return this.#printed.includes(text);
	}

	/**
	 * Waits until the command sleeps: a shell that is about to read has no ear for a signal until it has read.
	 * @returns false: patience ended first
	 */
	rests(patience: Patience): Promise<boolean> {
		return this.#untilAtRest(() => this.#ended || this.processes.commandSleeps(), patience);
	}

	/**
	 * Waits until none of its processes is about to do something: a second one may be on its way to a program, also when the
	 * call has returned.
	 * @returns false: patience ended first
	 */
	stands(patience: Patience): Promise<boolean> {
		return this.#untilAtRest(() => this.processes.areAllAsleep(), patience);
	}

	/** Waits for the end. @returns false: patience ended first */
	ends(patience: Patience): Promise<boolean> {
		return this.#until(() => this.#ended, patience);
	}

	/** Ends all that it has started. */
	kill(): void {
		for (const { pid } of this.processes.descendants()) signal(pid, "SIGKILL");
	}

	/** The same; a server is ended itself, too: it would not end with what it has started. */
	stop(): void {
		this.kill();
		if (typeof this.call.until === "object") signal(this.runner.pid, "SIGKILL");
	}

	/** The deadline has come. */
	giveUp(): void {
		this.#resolve(this.#thrown ?? { how: "hung", tasks: this.processes.tasks() });
	}

	async report(): Promise<CallReport> {
		const ending = await this.ending;
		this.#noteReaders();
		const read = { atThrow: this.#atThrow, inputTaken: this.#inputTaken, stopped: this.#stopped };
		return { ending, ...read, ledger: this.runner.ledger() };
	}

	// Until the command says that it waits for a line, or the call has ended without one. A command that is there and cannot
	// be heard is waited for until it sleeps; until patience ends, when it never does.
	async #runs(patience: Patience): Promise<boolean> {
		let asleep = "";
		let sinceMs = idleMs();
		for (;;) {
			// An engine that does not wait has ended before its command is there.
			if (this.#ended && this.processes.haveEnded()) return true;
			// Looking costs the exercise its only processor: only what was printed, or a long silence, is a reason to look.
			const silent = !(await this.#change(this.#ended ? SETTLE_MS : SILENCE_MS));
			const late = patience.leftMs === 0;
			if (this.processes.command === null && !this.#ended) continue;
			// It has nowhere to say that it waits.
			if (this.call.stdio === "none") return this.rests(patience);
			if (this.#pauses > 0 || late) return this.#pauses > 0;
			const before = asleep;
			asleep = silent && this.processes.areAsleep() ? this.processes.names() : "";
			if (asleep === "" || asleep !== before) sinceMs = idleMs();
			else if (idleMs() - sinceMs >= IDLE_MS) return false;
		}
	}

	// Until one of its processes has stopped itself; notes where that is, and has it go on.
	async #stops(patience: Patience): Promise<boolean> {
		const came = await this.#untilAtRest(() => this.#ended || this.processes.stopped() !== undefined, patience);
		const task = this.processes.stopped();
		if (task === undefined) return came;
		const { pid, startTicks, children } = task;
		this.#stopped = { pid, startTicks, ...readRoot(pid), children };
		signal(pid, "SIGCONT");
		return true;
	}

	#noteReaders(): void {
		if (this.runner.readers().some((pid) => !this.#addressees.includes(pid))) this.#inputTaken = true;
	}

	#heard(line: RunnerLine): void {
		if (!("ending" in line)) return;
		const { ending } = line;
		const { how } = ending;
		// The exception of a child explains what its parent then reports.
		if (how === "threw" || how === "child-returned") this.#thrown ??= ending;
		if (how === "threw") this.#readThrower();
		if (how === "child-returned") return;
		// A child has been looked at, and goes; its parent waits until the host has been read.
		if (how === "threw" && ending.inChild) this.runner.release();
		else this.#resolve(this.#thrown ?? ending);
	}

	#readThrower(): void {
		try {
			this.#atThrow ??= this.probe.readProcess(this.processes.youngest, this.runner);
		} catch {
			// It was killed meanwhile; its end is told all the same.
		}
	}

	/** @param stepMs how long to wait at most before looking again, though nothing has changed */
	async #until(holds: () => boolean, patience: Patience, stepMs = Number.POSITIVE_INFINITY): Promise<boolean> {
		for (;;) {
			if (holds()) return true;
			const { leftMs } = patience;
			if (leftMs === 0) return false;
			await this.#change(Math.min(leftMs, stepMs));
		}
	}

	// Nobody says when a process goes to sleep.
	async #untilAtRest(holds: () => boolean, patience: Patience): Promise<boolean> {
		for (;;) {
			if (holds()) return true;
			if (patience.leftMs === 0) return false;
			await untilMachineRests();
		}
	}

	/** @returns whether something has changed before the time was up */
	#change(timeoutMs: number): Promise<boolean> {
		return new Promise((resolve) => {
			const timer = setTimeout(() => resolve(false), timeoutMs);
			this.#changed.push(() => {
				clearTimeout(timer);
				resolve(true);
			});
		});
	}

	#wake(): void {
		for (const resolve of this.#changed.splice(0)) resolve();
	}
}
