import { readFileSync } from "node:fs";
import type { ProcessState } from "../index.ts";
import type { Mount } from "../mounts.ts";
import type { Task } from "../tasks.ts";
import { parseMountinfo } from "./mountinfo.ts";
import { readWorld } from "./proc.ts";

/** What a host's reading may need of the processes that were read just before. */
export type Beside = Pick<ProcessState, "pid" | "mounts" | "cwd">;

/** The harbour as its init (pid 1) sees it at one moment. What several subjects need of it is read once. */
export class Machine {
	#mounts: Mount[] | undefined;
	#world: Task[] | undefined;

	constructor(readonly beside: readonly Beside[]) {}

	get mounts(): Mount[] {
		this.#mounts ??= parseMountinfo(readFileSync("/proc/1/mountinfo", "utf8"));
		return this.#mounts;
	}

	/** All of its processes. */
	get world(): Task[] {
		this.#world ??= readWorld();
		return this.#world;
	}
}
