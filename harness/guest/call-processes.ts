import type { Task } from "../protocol/index.ts";
import {
	agentsPidOf,
	hasExecuted,
	isAwake,
	readArguments,
	readDescendantStats,
	readDescendants,
	readHarbourStats,
	readStartTicks,
	readState,
	type TaskStat,
} from "../readings/guest/proc.ts";

/**
 * The processes of one call: the call's own process (its runner), the descendants of that process, and the command,
 * wherever it runs.
 */
export class CallProcesses {
	/** When the call's own process was started. After its end, another process may get its pid. */
	readonly #startTicks: number | null;
	/** The processes that were there before the call. */
	readonly #processesBefore = readHarbourStats();
	/** Pids in the agent's PID namespace, by {@link processKey}. */
	readonly #agentsPids = new Map<string, number | null>();
	#command: TaskStat | null = null;

	/**
	 * @param runnerPid the pid of the call's own process
	 * @param token the text that names the command: one of the command's arguments is equal to it
	 */
	constructor(
		private readonly runnerPid: number,
		private readonly token: string,
	) {
		this.#startTicks = readStartTicks(runnerPid);
	}

	/** The pid of the command, or null when it does not run. */
	get command(): number | null {
		const known = this.#command;
		if (known !== null && readStartTicks(known.pid) === known.startTicks && this.#hasToken(known.pid)) return known.pid;
		// The first answer stays as long as that process runs with the token. What it forks has the token, too, but is
		// not the command.
		const withToken = (tasks: TaskStat[]) => tasks.filter(({ pid }) => this.#hasToken(pid));
		const own = withToken(this.#stats());
		// A command outside the call's own processes has lost its parent and is a child of the harbour's init, or another
		// process started it.
		const tasks = own.length > 0 ? own : withToken(readHarbourStats());
		// A program that starts the command for the engine also has the token among its arguments. The command comes
		// after that program.
		this.#command = tasks.at(-1) ?? null;
		return this.#command?.pid ?? null;
	}

	/** The init of the call's PID namespace. If the call has no PID namespace of its own, the same as `command`. */
	get init(): number | null {
		return this.tasks().find(({ nsPids }) => nsPids.length > 1 && nsPids.at(-1) === 1)?.pid ?? this.command;
	}

	/**
	 * The call's own process and its descendants, a parent before its children. None once the call's own process has
	 * ended.
	 */
	tasks(): Task[] {
		return this.#unlessEnded(readDescendants(this.runnerPid));
	}

	/** The same without the call's own process. */
	descendants(): TaskStat[] {
		return this.#stats().slice(1);
	}

	/**
	 * The last of {@link tasks}: the youngest process if each process has forked only one. Until the command runs, this
	 * process runs the exercise's code, and its ancestors wait for it.
	 */
	get youngest(): number {
		return this.#stats().at(-1)?.pid ?? this.runnerPid;
	}

	/** The descendant that has stopped itself, and how many descendants it has. */
	stopped(): (TaskStat & { children: number }) | undefined {
		const task = this.descendants().find(({ state }) => state === "T");
		return task && { ...task, children: readDescendantStats(task.pid).length - 1 };
	}

	/**
	 * The descendants of the call's own process that have the token among their arguments but are neither the command nor
	 * below it. A process that the command has started is one of them once its parent has ended. A parent comes before
	 * its children.
	 */
	orphans(): TaskStat[] {
		const { command } = this;
		const below = new Set(command === null ? [] : readDescendantStats(command).map(({ pid }) => pid));
		return this.descendants().filter(({ pid }) => !below.has(pid) && this.#hasToken(pid));
	}

	/** Whether every process that the call has started is gone or a zombie. */
	haveEnded(): boolean {
		return [...this.descendants(), ...this.#orphansUnderInit()].every(({ state }) => state === "Z");
	}

	/**
	 * Whether neither the call's own process nor a descendant of it is about to act. On a busy computer, a process that
	 * is about to act may have to wait long for its turn.
	 */
	areAsleep(): boolean {
		return !this.#stats().some(isAwake);
	}

	/** Like {@link areAsleep}, but also looks at processes that have lost their parent, such as a detached command. */
	areAllAsleep(): boolean {
		return this.areAsleep() && !this.#orphansUnderInit().some(isAwake);
	}

	/** Whether the command sleeps, or does not run. */
	commandSleeps(): boolean {
		const { command } = this;
		return command === null || !isAwake({ state: readState(command) });
	}

	/**
	 * The processes that may read the command's input: the command and, if it is a shell, the copies of itself that it
	 * has forked. The pids are those in the agent's PID namespace.
	 */
	readersOfCommand(): number[] {
		return this.#copiesOfCommand().flatMap((task) => this.#agentsPid(task) ?? []);
	}

	/** A text that changes when the call's own process or a descendant of it is gone, or when a descendant is added. */
	key(): string {
		return this.#stats().map(processKey).join(" ");
	}

	// The command and its copies. A copy has the same arguments as the command, and has not called execve(2) since its
	// fork.
	#copiesOfCommand(): TaskStat[] {
		const { command } = this;
		if (command === null) return [];
		const same = readArguments(command).join("\0");
		const isCopy = ({ pid }: TaskStat) => readArguments(pid).join("\0") === same && !hasExecuted(pid);
		return readDescendantStats(command).filter((task) => task.pid === command || isCopy(task));
	}

	#agentsPid(task: TaskStat): number | null {
		const key = processKey(task);
		if (!this.#agentsPids.has(key)) this.#agentsPids.set(key, agentsPidOf(task.pid));
		return this.#agentsPids.get(key) ?? null;
	}

	// Children of the harbour's init that were not there before the call: their parent has ended. With several calls at
	// once, nothing shows which call started such a process.
	#orphansUnderInit(): TaskStat[] {
		const isNew = (task: TaskStat) => !this.#processesBefore.some((other) => processKey(task) === processKey(other));
		return readHarbourStats().filter((task) => task.ppid === 1 && isNew(task));
	}

	#hasToken(pid: number): boolean {
		return readArguments(pid).includes(this.token);
	}

	#stats(): TaskStat[] {
		return this.#unlessEnded(readDescendantStats(this.runnerPid));
	}

	// After the end of the call's own process, another process may have its pid.
	#unlessEnded<One extends TaskStat>(tasks: One[]): One[] {
		return tasks[0]?.startTicks === this.#startTicks ? tasks : [];
	}
}

const processKey = ({ pid, startTicks }: TaskStat) => `${pid}:${startTicks}`;
