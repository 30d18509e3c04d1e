import type { Container, Ending, ProcessState, Task } from "../protocol.ts";
import type { RunnerLine } from "./job.ts";
import { readProcess, type Wanted } from "./probe.ts";
import type { Runner } from "./runners.ts";
import { readArguments, readTasks } from "./tasks.ts";

/**
 * How long, and how often in a row, a command must have said no word, and been asleep at the end of it in the same
 * processes, to count as one that says none. Once is not enough: on a busy computer a script that is at work says
 * nothing for a second, and between two of its programs nobody runs.
 */
const SILENCE_MS = 1_000;
const SILENCES = 3;

const SETTLE_MS = 300;

const REST_MS = 10;

/** Follows one call of the exercise on its runner: when its command runs, what it waits for, and how it ends. */
export class Exercise {
	/** Settles when it has ended, or is given up. Its own process then waits to be released. */
	readonly ending: Promise<Ending>;
	/** How often the command has said that it waits for a line. */
	#pauses = 0;
	#command: number | null = null;
	#ended = false;
	#atThrow: ProcessState | null = null;
	#resolve!: (ending: Ending) => void;
	#thrown: Ending | undefined;
	#changed: (() => void)[] = [];

	constructor(
		readonly runner: Runner,
		private readonly token: string,
		private readonly wanted: Wanted,
	) {
		this.ending = new Promise((resolve) => {
			this.#resolve = resolve;
		});
		this.ending.then(() => {
			this.#ended = true;
			this.#wake();
		});
		runner.onLine((line) => this.#heard(line));
		runner.ended.then(({ code, signal }) => this.#resolve(this.#thrown ?? { how: "exited", code, signal }));
		// A line may come in pieces; a token never spans more than the end of one piece and the start of the next.
		let rest = "";
		runner.stdout.on("data", (chunk: Buffer) => {
			const lines = (rest + chunk.toString("latin1")).split("\n");
			rest = (lines.pop() ?? "").slice(-token.length);
			this.#pauses += lines.filter((line) => line.endsWith(token)).length;
			this.#wake();
		});
	}

	/** The pid of the command, or null when it does not run. */
	get command(): number | null {
		// The token is in the arguments of the command only, and of what it forks: so the first answer stays.
		const tasks = this.#tasks().filter(({ pid }) => readArguments(pid).includes(this.token));
		if (tasks.some(({ pid }) => pid === this.#command)) return this.#command;
		// The youngest: a program that starts the command in another way has the token, too.
		this.#command = tasks.at(-1)?.pid ?? null;
		return this.#command;
	}

	/**
	 * Waits until the command says that it waits for a line, or the exercise has ended without one. A command that is
	 * there and cannot be heard is waited for until it sleeps; until patience ends, when it never does.
	 */
	async started(patienceMs: number): Promise<void> {
		const endMs = performance.now() + patienceMs;
		let asleep: string | null = null;
		let silences = 0;
		for (;;) {
			// An engine that does not wait has ended before its command is there.
			if (this.#ended && this.descendants().every(({ state }) => state === "Z")) return;
			// Looking costs the exercise its only processor: only what was printed, or a long silence, is a reason to look.
			const silent = !(await this.#change(this.#ended ? SETTLE_MS : SILENCE_MS));
			const late = performance.now() > endMs;
			if (this.command === null && !this.#ended) continue;
			if (this.#pauses > 0 || late) return;
			const before = asleep;
			asleep =
				silent && this.#sleeps()
					? this.#tasks()
							.map(({ pid }) => pid)
							.join(" ")
					: null;
			silences = asleep === null ? 0 : asleep === before ? silences + 1 : 1;
			if (silences >= SILENCES) return;
		}
	}

	/** Gives the command a line, and waits until it waits for the next one, or has ended, or patience has. */
	async go(patienceMs: number): Promise<void> {
		const before = this.#pauses;
		if (this.#ended) return;
		this.runner.stdin.write("\n");
		const endMs = performance.now() + patienceMs;
		for (;;) {
			const leftMs = endMs - performance.now();
			if (this.#ended || this.#pauses > before || leftMs <= 0) return;
			await this.#change(leftMs);
		}
	}

	/** Waits until no zombie is left and the number of its processes stays the same, but not longer. */
	async settles(patienceMs: number): Promise<void> {
		const endMs = performance.now() + patienceMs;
		for (let last = -1; performance.now() < endMs && !this.#ended; ) {
			const tasks = this.descendants();
			if (tasks.length === last && tasks.every(({ state }) => state !== "Z") && this.#sleeps()) return;
			last = tasks.length;
			await this.#change(SETTLE_MS);
		}
	}

	/** Waits until the command sleeps: a shell that is about to read has no ear for a signal until it has read. */
	async rests(patienceMs: number): Promise<void> {
		const endMs = performance.now() + patienceMs;
		while (!this.#ended && performance.now() < endMs) {
			const { command } = this;
			const state = this.#tasks().find(({ pid }) => pid === command)?.state;
			if (state !== "R" && state !== "D") return;
			await this.#change(REST_MS);
		}
	}

	/** Waits for the end, but not longer. @returns whether it has ended */
	async ends(patienceMs: number): Promise<boolean> {
		if (!this.#ended) await this.#change(patienceMs, this.ending);
		return this.#ended;
	}

	/** The init of its PID namespace; its command when it has none of its own. */
	get init(): number | null {
		return this.#tasks().find(({ nsPids }) => nsPids.length > 1 && nsPids.at(-1) === 1)?.pid ?? this.command;
	}

	/** Everything that it has started and that still runs: the eldest first, without its own process. */
	descendants(): Task[] {
		return this.#tasks().slice(1);
	}

	/** The deadline has come. */
	giveUp(): void {
		this.#resolve(this.#thrown ?? { how: "hung", tasks: this.#tasks() });
	}

	async report(): Promise<Container> {
		return { ending: await this.ending, atThrow: this.#atThrow, ledger: this.runner.ledger() };
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
			const pid = this.#tasks().at(-1)?.pid ?? this.runner.pid;
			this.#atThrow ??= { ...readProcess(pid, this.runner.pid, this.wanted), escape: null };
		} catch {
			// It was killed meanwhile; its end is told all the same.
		}
	}

	// On a busy computer, what is about to do something has only not had its turn yet.
	#sleeps(): boolean {
		return this.#tasks().every(({ state }) => state !== "R" && state !== "D");
	}

	#tasks(): Task[] {
		return readTasks(this.runner.pid);
	}

	/** @returns whether something has changed before the time was up */
	#change(timeoutMs: number, other?: Promise<unknown>): Promise<boolean> {
		return new Promise((resolve) => {
			const timer = setTimeout(() => resolve(false), timeoutMs);
			const done = () => {
				clearTimeout(timer);
				resolve(true);
			};
			if (other !== undefined) void other.then(done);
			else this.#changed.push(done);
		});
	}

	#wake(): void {
		for (const resolve of this.#changed.splice(0)) resolve();
	}
}
