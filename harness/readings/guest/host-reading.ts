import { readFileSync } from "node:fs";
import type { ProcessState } from "../index.ts";
import type { Mount } from "../mounts.ts";
import type { Task } from "../tasks.ts";
import { parseMountinfo } from "./mountinfo.ts";
import { readHarbourTasks } from "./proc.ts";

/** What is needed, to read a host, of the processes that were read just before. */
export type EarlierReading = Pick<ProcessState, "pid" | "mounts" | "cwd">;

/** The harbour as its init (pid 1) sees it at one moment. Data that several subjects need is read once. */
export class HostReading {
	#mounts: Mount[] | undefined;
	#tasks: Task[] | undefined;

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
