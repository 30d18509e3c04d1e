import { readFileSync } from "node:fs";
import type { Mount } from "../mounts.ts";
import type { Task } from "../tasks.ts";
import { parseMountinfo } from "./mountinfo.ts";
import { readArguments, readCgroup, readDescriptors, readHarbourTasks, readStatus } from "./proc.ts";

/**
 * The engine that has started the process that is read, directly or through other processes: the runner that makes a
 * call. In a stage, the shell takes the engine's place.
 */
export interface EngineProcess {
	pid: number;
	/** The files at the engine's descriptors 0, 1 and 2 when it began; empty for a shell. */
	descriptors: Record<string, string>;
}

/** A process that is read from outside. Data that several subjects need is read once, when it is first needed. */
export class ProcessReading {
	#arguments: string[] | undefined;
	#cgroup: string | undefined;
	#descriptors: Record<string, string> | undefined;
	#mounts: Mount[] | undefined;
	#status: Map<string, string> | undefined;
	#hostTasks: readonly Task[] | undefined;

	/** @param hostTasks all processes, if they have been read already */
	constructor(
		readonly pid: number,
		readonly engine: EngineProcess,
		hostTasks?: readonly Task[],
	) {
		this.#hostTasks = hostTasks;
	}

	get arguments(): string[] {
		this.#arguments ??= readArguments(this.pid);
		return this.#arguments;
	}

	/** `0::/PATH`, as the host sees it. */
	get cgroup(): string {
		this.#cgroup ??= readCgroup(this.pid);
		return this.#cgroup;
	}

	get descriptors(): Record<string, string> {
		this.#descriptors ??= readDescriptors(this.pid);
		return this.#descriptors;
	}

	get mounts(): Mount[] {
		this.#mounts ??= parseMountinfo(readFileSync(`/proc/${this.pid}/mountinfo`, "utf8"));
		return this.#mounts;
	}

	/** The lines of /proc/PID/status by name. */
	get status(): ReadonlyMap<string, string> {
		this.#status ??= readStatus(this.pid);
		return this.#status;
	}

	/** All of the harbour's processes. */
	get hostTasks(): readonly Task[] {
		this.#hostTasks ??= readHarbourTasks();
		return this.#hostTasks;
	}
}
