import type { Task } from "../protocol/index.ts";
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

/** States of what is about to do something: running, and waiting for a disk. See proc_pid_stat(5). */
const AWAKE = ["R", "D"];

/** The processes of one call: its own, what that has started, and the command, wherever it is. */
export class CallProcesses {
	/** When its own process was started: after its end the pid may be another's. */
	readonly #startTicks: number | null;
	/** Who was there before. */
	readonly #earlier = readWorldStats();
	/** The agent's own numbers of processes, by what names them. */
	readonly #ownNumbers = new Map<string, number | null>();
	#command: Stat | null = null;

	/**
	 * @param own the pid of the call's own process
	 * @param token what the command's arguments hold
	 */
	constructor(
		private readonly own: number,
		private readonly token: string,
	) {
		this.#startTicks = readStart(own);
	}

	/** The pid of the command, or null when it does not run. */
	get command(): number | null {
		const known = this.#command;
		if (known !== null && readStart(known.pid) === known.startTicks && this.#bearsToken(known.pid)) return known.pid;
		// The token is in the arguments of the command only, and of what it forks: so the first answer stays.
		const bearers = (tasks: Stat[]) => tasks.filter(({ pid }) => this.#bearsToken(pid));
		const own = bearers(this.#stats());
		// One whose parent has ended is a child of the host's init; another one was started by somebody else's process.
		const tasks = own.length > 0 ? own : bearers(readWorldStats());
		// The youngest: a program that starts the command in another way has the token, too.
		this.#command = tasks.at(-1) ?? null;
		return this.#command?.pid ?? null;
	}

	/** The init of its PID namespace; its command when it has none of its own. */
	get init(): number | null {
		return this.tasks().find(({ nsPids }) => nsPids.length > 1 && nsPids.at(-1) === 1)?.pid ?? this.command;
	}

	/** The call's own process and everything below it, the eldest first; none once it has ended. */
	tasks(): Task[] {
		return this.#unlessOver(readTasks(this.own));
	}

	/** Everything that it has started and that still runs: the eldest first, without its own process. */
	descendants(): Stat[] {
		return this.#stats().slice(1);
	}

	/** The youngest of them, which runs the exercise's code; those above wait for it. */
	get youngest(): number {
		return this.#stats().at(-1)?.pid ?? this.own;
	}

	/** The one that has stopped itself, and how many processes it has started that are still there. */
	stopped(): (Stat & { children: number }) | undefined {
		const task = this.descendants().find(({ state }) => state === "T");
		return task && { ...task, children: readStats(task.pid).length - 1 };
	}

	/** What runs the command's script, but is neither the command nor below it: its parent has ended. The eldest first. */
	orphans(): Stat[] {
		const { command } = this;
		const below = new Set(command === null ? [] : readStats(command).map(({ pid }) => pid));
		return this.descendants().filter(({ pid }) => !below.has(pid) && this.#bearsToken(pid));
	}

	/** Whether none of them runs any more; its own process may have ended, too. */
	haveEnded(): boolean {
		return [...this.descendants(), ...this.#strays()].every(({ state }) => state === "Z");
	}

	/** Whether none of them is about to do something. On a busy computer, one that is has only not had its turn yet. */
	areAsleep(): boolean {
		return this.#stats().every(({ state }) => !AWAKE.includes(state));
	}

	/** The same also for what has left them: a command whose parent has ended. */
	areAllAsleep(): boolean {
		return this.areAsleep() && this.#strays().every(({ state }) => !AWAKE.includes(state));
	}

	/** Whether the command sleeps, or does not run. */
	commandSleeps(): boolean {
		const { command } = this;
		return command === null || !AWAKE.includes(readState(command));
	}

	/** The command, and shells' own children that read for it, by the agent's own numbers. */
	readersOfCommand(): number[] {
		return this.#copiesOfCommand().flatMap((task) => this.#ownNumber(task) ?? []);
	}

	/** Tells this set of processes from every other one. */
	names(): string {
		return this.#stats().map(nameOf).join(" ");
	}

	// It has the same arguments as the shell, and has become no program since its fork.
	#copiesOfCommand(): Stat[] {
		const { command } = this;
		if (command === null) return [];
		const same = readArguments(command).join("\0");
		const isCopy = ({ pid }: Stat) => readArguments(pid).join("\0") === same && !hasExecuted(pid);
		return readStats(command).filter((task) => task.pid === command || isCopy(task));
	}

	#ownNumber(task: Stat): number | null {
		const name = nameOf(task);
		if (!this.#ownNumbers.has(name)) this.#ownNumbers.set(name, ownNumber(task.pid));
		return this.#ownNumbers.get(name) ?? null;
	}

	// What it has started, whose parent has ended since. Of several calls at once, nobody can say whose an orphan is.
	#strays(): Stat[] {
		const isNew = (task: Stat) => !this.#earlier.some((other) => nameOf(task) === nameOf(other));
		return readWorldStats().filter((task) => task.ppid === 1 && isNew(task));
	}

	#bearsToken(pid: number): boolean {
		return readArguments(pid).includes(this.token);
	}

	#stats(): Stat[] {
		return this.#unlessOver(readStats(this.own));
	}

	// After its end, the pid may be another's.
	#unlessOver<One extends Stat>(tasks: One[]): One[] {
		return tasks[0]?.startTicks === this.#startTicks ? tasks : [];
	}
}

const nameOf = ({ pid, startTicks }: Stat) => `${pid}:${startTicks}`;
