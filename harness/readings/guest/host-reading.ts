import { readFileSync } from "node:fs";
import type { ProcessState } from "../index.ts";
import type { Mount } from "../mounts.ts";
import type { Task } from "../tasks.ts";
import { parseMountinfo } from "./mountinfo.ts";
import { readHarbourTasks } from "./proc.ts";

/** A process that was read just before the host: the fields of its reading that the reading of the host needs. */
export type EarlierReading = Pick<ProcessState, "pid" | "mounts" | "cwd">;

/** The harbour as its init (pid 1) sees it at one moment. Data that several subjects need is read once. */
export class HostReading {
	#mounts: Mount[] | undefined;
	#tasks: Task[] | undefined;

	/** @param earlier processes that were read just before */
	constructor(readonly earlier: readonly EarlierReading[]) {}

	get mounts(): Mount[] {
		this.#mounts ??= parseMountinfo(readFileSync("/proc/1/mountinfo", "utf8"));
		return this.#mounts;
	}

	/** All processes of the harbour. */
	get tasks(): Task[] {
		this.#tasks ??= readHarbourTasks();
		return this.#tasks;
	}
}
