import { readFileSync } from "node:fs";
import type { Mount } from "../mounts.ts";
import type { Task } from "../tasks.ts";
import { parseMountinfo } from "./mountinfo.ts";
import { readWorld } from "./proc.ts";

/** The harbour as its init (pid 1) sees it at one moment. What several subjects need of it is read once. */
export class Machine {
	#mounts: Mount[] | undefined;
	#world: Task[] | undefined;

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
