import type { KernelState, ShellName } from "../events.ts";
import { SHELL_NAMES } from "./phrases.ts";

export type Process = KernelState["host"]["tasks"][number];

/** Processes, with their parents, children and shells. */
export class ProcessTree {
	constructor(
		readonly all: readonly Process[],
		private readonly view: KernelState,
	) {}

	childrenOf(parent: Process, of: readonly Process[] = this.all): Process[] {
		return of.filter(({ ppid }) => ppid === parent.pid);
	}

	parentOf(child: Process): Process | undefined {
		return this.all.find(({ pid }) => pid === child.ppid);
	}

	/**
	 * The process and all its descendants. Parents may form a cycle if processes changed while they were read, or if
	 * the guest lies.
	 */
	below(top: Process): Process[] {
		const found = new Set([top]);
		for (const parent of found) for (const child of this.childrenOf(parent)) found.add(child);
		return [...found];
	}

	/** The shell that the process is or descends from; null for none. */
	shellOf(task: Process): ShellName | null {
		const met = new Set<Process>();
		for (let at: Process | undefined = task; at !== undefined && !met.has(at); at = this.parentOf(at)) {
			met.add(at);
			const side = this.shellAt(at);
			if (side !== null) return side;
		}
		return null;
	}

	/** The shell that the process is itself; null for none. */
	shellAt({ pid }: Process): ShellName | null {
		return SHELL_NAMES.find((name) => this.view.shells[name]?.shell === pid) ?? null;
	}
}

export const isZombie = ({ state }: Pick<Process, "state">) => state === "Z";
export const isPid1 = ({ nsPids }: Process) => nsPids.at(-1) === 1;

/** Identifies a process. A pid alone does not: the kernel reuses pids. */
export const keyOf = ({ pid, startTicks }: Process) => `${pid}.${startTicks}`;

/** Finds the same process at another moment. */
export const findSame = (tasks: readonly Process[], task: Process) =>
	tasks.find((other) => keyOf(other) === keyOf(task));
