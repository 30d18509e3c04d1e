import type { Container, Ending, ProcessState, Run, Task } from "../protocol/index.ts";
import type { Probe } from "../readings/guest/probe.ts";
import {
	hasExecuted,
	ownNumber,
	readArguments,
	readStart,
	readState,
	readStats,
	readTasks,
	readWorldStats,
	type Stat,
} from "../readings/guest/proc.ts";
import { readRoot } from "../readings/guest/root.ts";
import { signal } from "./harbour.ts";
import type { RunnerLine } from "./job.ts";
import { idleMs, type Patience, untilMachineRests } from "./patience.ts";
import type { Runner } from "./runners.ts";

/** How often a command that says nothing is looked at. */
const SILENCE_MS = 1_000;
/**
 * For how long the machine must have had nothing to do since the command's last word, its processes all the time the
 * same and asleep, for it to count as one that says none. Silence alone is not enough: on a busy computer a script that
 * is at work says nothing for seconds.
 */
const IDLE_MS = 2_000;

const SETTLE_MS = 300;

/** States of what is about to do something: running, and waiting for a disk. See proc_pid_stat(5). */
const AWAKE = ["R", "D"];

/** Follows one call of the exercise on its runner: when its command runs, what it waits for, and how it ends. */
export class Exercise {
	/** Settles when it has ended, or is given up. Its own process then waits to be released. */
	readonly ending: Promise<Ending>;
	/** How often the command has said that it waits for a line. */
	#pauses = 0;
	#command: Stat | null = null;
	/** When its own process was started: after its end the pid may be another's. */
	readonly #startTicks: number | null;
	#ended = false;
	#atThrow: ProcessState | null = null;
	#stopped: Container["stopped"] = null;
	#resolve!: (ending: Ending) => void;
	#thrown: Ending | undefined;
	#changed: (() => void)[] = [];
	/** Who may read the line that was written last, by the agent's own numbers; and whether somebody else has read one. */
	#addressees: number[] = [];
	#inputTaken = false;
	/** The agent's own numbers of processes, by what names them. */
	readonly #ownNumbers = new Map<string, number | null>();
	/** Who was there before. */
	readonly #earlier = readWorldStats();

	constructor(
		readonly runner: Runner,
		private readonly container: Run["containers"][string],
		private readonly probe: Probe,
	) {
		this.#startTicks = readStart(runner.pid);
		this.ending = new Promise((resolve) => {
			this.#resolve = resolve;
		});
		this.ending.then(() => {
			this.#ended = true;
			this.#wake();
		});
		runner.onLine((line) => this.#heard(line));
		runner.ended.then(({ code, signal }) => this.#resolve(this.#thrown ?? { how: "exited", code, signal }));
		const { token, says = token } = container;
		// A line may come in pieces; its end never spans more than the end of one piece and the start of the next.
		let rest = "";
		runner.stdout.on("data", (chunk: Buffer) => {
			const lines = (rest + chunk.toString("latin1")).split("\n");
			rest = (lines.pop() ?? "").slice(-says.length);
			this.#pauses += lines.filter((line) => line.endsWith(says)).length;
			this.#wake();
		});
	}

	get hasEnded(): boolean {
		return this.#ended;
	}

	/** The pid of the command, or null when it does not run. */
	get command(): number | null {
		const known = this.#command;
		if (known !== null && readStart(known.pid) === known.startTicks && this.#bearsToken(known.pid)) return known.pid;
		// The token is in the arguments of the command only, and of what it forks: so the first answer stays.
		const bearers = (tasks: Stat[]) => tasks.filter(({ pid }) => this.#bearsToken(pid));
		const own = bearers(this.#stats());
		// A command whose parent has ended is a child of the host's init.
		const tasks = own.length > 0 ? own : bearers(readWorldStats());
		// The youngest: a program that starts the command in another way has the token, too.
		this.#command = tasks.at(-1) ?? null;
		return this.#command?.pid ?? null;
	}

	/**
	 * Waits until the command says that it waits for a line, or the exercise has ended without one. A command that is
	 * there and cannot be heard is waited for until it sleeps; until patience ends, when it never does.
	 * @returns whether that is how it came
	 */
	async started(patience: Patience): Promise<boolean> {
		let asleep = "";
		let sinceMs = idleMs();
		for (;;) {
			// An engine that does not wait has ended before its command is there.
			if (this.#ended && [...this.descendants(), ...this.#orphans()].every(({ state }) => state === "Z")) return true;
			// Looking costs the exercise its only processor: only what was printed, or a long silence, is a reason to look.
			const silent = !(await this.#change(this.#ended ? SETTLE_MS : SILENCE_MS));
			const late = patience.leftMs === 0;
			if (this.command === null && !this.#ended) continue;
			if (this.#pauses > 0 || late) return this.#pauses > 0;
			const before = asleep;
			asleep = silent && this.#sleeps() ? namesOf(this.#stats()) : "";
			if (asleep === "" || asleep !== before) sinceMs = idleMs();
			else if (idleMs() - sinceMs >= IDLE_MS) return false;
		}
	}

	/**
	 * Waits until one of its processes has stopped itself, notes where that is, and has it go on.
	 * @returns false: patience ended first
	 */
	async stops(patience: Patience): Promise<boolean> {
		const stopped = () => this.descendants().find(({ state }) => state === "T");
		const came = await this.#untilAtRest(() => this.#ended || stopped() !== undefined, patience);
		const task = stopped();
		if (task === undefined) return came;
		const { pid, startTicks } = task;
		this.#stopped = { pid, startTicks, ...readRoot(pid), children: readStats(pid).length - 1 };
		signal(pid, "SIGCONT");
		return true;
	}

	/** Gives the command a line, and waits until it waits for the next one, or has ended. @returns false: patience has */
	async go(patience: Patience, line = ""): Promise<boolean> {
		const before = this.#pauses;
		if (!this.#ended) this.tell(line);
		return this.#until(() => this.#ended || this.#pauses > before, patience);
	}

	/** Writes a line to the command: nobody else is to read it. After the last one, its standard input ends. */
	tell(line: string, last = false): void {
		this.#noteReaders();
		this.#addressees = this.#copiesOfCommand().flatMap((task) => this.#ownNumber(task) ?? []);
		if (last) this.runner.stdin.end(`${line}\n`);
		else this.runner.stdin.write(`${line}\n`);
	}

	/** Waits until no zombie is left and the number of its processes stays the same. @returns false: patience ended first */
	settles(patience: Patience): Promise<boolean> {
		let last = -1;
		const settled = () => {
			const tasks = this.descendants();
			const same = tasks.length === last;
			last = tasks.length;
			return this.#ended || (same && tasks.every(({ state }) => state !== "Z") && this.#sleeps());
		};
		return this.#until(settled, patience, SETTLE_MS);
	}

	/**
	 * Waits until the command sleeps: a shell that is about to read has no ear for a signal until it has read.
	 * @returns false: patience ended first
	 */
	rests(patience: Patience): Promise<boolean> {
		const resting = () => {
			const { command } = this;
			return this.#ended || command === null || !AWAKE.includes(readState(command));
		};
		return this.#untilAtRest(resting, patience);
	}

	/**
	 * Waits until none of its processes is about to do something: a second one may be on its way to a program.
	 * @returns false: patience ended first
	 */
	stands(patience: Patience): Promise<boolean> {
		return this.#untilAtRest(() => this.#ended || this.#sleeps(), patience);
	}

	/** Waits for the end. @returns false: patience ended first */
	ends(patience: Patience): Promise<boolean> {
		return this.#until(() => this.#ended, patience);
	}

	/** The init of its PID namespace; its command when it has none of its own. */
	get init(): number | null {
		return this.#tasks().find(({ nsPids }) => nsPids.length > 1 && nsPids.at(-1) === 1)?.pid ?? this.command;
	}

	/** Everything that it has started and that still runs: the eldest first, without its own process. */
	descendants(): Stat[] {
		return this.#stats().slice(1);
	}

	/** What runs the command's script, but is neither the command nor below it: its parent has ended. The eldest first. */
	orphans(): Stat[] {
		const { command } = this;
		const below = new Set(command === null ? [] : readStats(command).map(({ pid }) => pid));
		return this.descendants().filter(({ pid }) => !below.has(pid) && this.#bearsToken(pid));
	}

	/** Whether nothing of its is about to do something. */
	isAsleep(): boolean {
		return this.#sleeps();
	}

	/** The deadline has come. */
	giveUp(): void {
		this.#resolve(this.#thrown ?? { how: "hung", tasks: this.#tasks() });
	}

	async report(): Promise<Container> {
		const ending = await this.ending;
		this.#noteReaders();
		const read = { atThrow: this.#atThrow, inputTaken: this.#inputTaken, stopped: this.#stopped };
		return { ending, ...read, ledger: this.runner.ledger() };
	}

	#noteReaders(): void {
		if (this.runner.readers().some((pid) => !this.#addressees.includes(pid))) this.#inputTaken = true;
	}

	// A shell's own child reads for it. It has the same arguments, and has become no program since its fork.
	#copiesOfCommand(): Stat[] {
		const { command } = this;
		if (command === null) return [];
		const same = readArguments(command).join("\0");
		const isCopy = ({ pid }: Stat) => readArguments(pid).join("\0") === same && !hasExecuted(pid);
		return readStats(command).filter((task) => task.pid === command || isCopy(task));
	}

	#ownNumber(task: Stat): number | null {
		const name = namesOf([task]);
		if (!this.#ownNumbers.has(name)) this.#ownNumbers.set(name, ownNumber(task.pid));
		return this.#ownNumbers.get(name) ?? null;
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

	// The youngest of its processes is the one that still runs its code; those above wait for it.
	#readThrower(): void {
		try {
			const pid = this.#stats().at(-1)?.pid ?? this.runner.pid;
			this.#atThrow ??= this.probe.readProcess(pid, this.runner);
		} catch {
			// It was killed meanwhile; its end is told all the same.
		}
	}

	// What it has started, whose parent has ended since. Of several that run at once, nobody can say whose an orphan is.
	#orphans(): Stat[] {
		const isNew = (task: Stat) => !this.#earlier.some((other) => sameProcess(task, other));
		return readWorldStats().filter((task) => task.ppid === 1 && isNew(task));
	}

	#bearsToken(pid: number): boolean {
		return readArguments(pid).includes(this.container.token);
	}

	// On a busy computer, what is about to do something has only not had its turn yet.
	#sleeps(): boolean {
		return this.#stats().every(({ state }) => !AWAKE.includes(state));
	}

	#tasks(): Task[] {
		return this.#own(readTasks(this.runner.pid));
	}

	#stats(): Stat[] {
		return this.#own(readStats(this.runner.pid));
	}

	// After its end, the pid may be another's.
	#own<One extends Stat>(tasks: One[]): One[] {
		return tasks[0]?.startTicks === this.#startTicks ? tasks : [];
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

const sameProcess = (one: Stat, other: Stat | null) => one.pid === other?.pid && one.startTicks === other.startTicks;

const namesOf = (tasks: readonly Stat[]) => tasks.map(({ pid, startTicks }) => `${pid}:${startTicks}`).join(" ");
