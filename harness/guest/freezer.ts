import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { OWN_PROC } from "../readings/guest/paths.ts";
import { ownNumber, readState } from "../readings/guest/proc.ts";
import type { Patience } from "./patience.ts";

const CGROUPS = "/sys/fs/cgroup";
const LOOK_MS = 2;

/**
 * Processes of the harbour that stand still: they are in a frozen cgroup, whose name is drawn. A frozen process takes no
 * step, and what is sent to it stays pending, where the agent can read it; SIGKILL, and any signal that it has no
 * handler for and that is deadly, still ends it. Its parent is told nothing of all that. See cgroups(7) and the kernel's
 * cgroup-v2, cgroup.freeze.
 */
export class Freezer {
	readonly #path = `${CGROUPS}/held-${randomBytes(8).toString("hex")}`;
	/** By the harbour's numbers. */
	readonly #known = new Set<number>();
	/** The cgroup that each process was in, by the agent's own numbers: the kernel takes those of whoever writes. */
	readonly #former = new Map<number, string>();

	private constructor() {
		mkdirSync(this.#path);
		writeFileSync(`${this.#path}/cgroup.freeze`, "1");
	}

	/**
	 * Makes processes stand still.
	 * @param pids names them; asked again until it names no new one
	 * @returns null: patience ended first, and nobody is held
	 */
	static async hold(pids: () => number[], patience: Patience): Promise<Freezer | null> {
		const freezer = new Freezer();
		for (;;) {
			const complete = freezer.#take(pids().filter((pid) => !"ZX".includes(readState(pid))));
			if (complete && freezer.#frozen) return freezer;
			if (patience.leftMs === 0) break;
			await pause();
		}
		await freezer.release();
		return null;
	}

	/** Lets all of them go on, in the cgroups that they were in. */
	async release(): Promise<void> {
		writeFileSync(`${this.#path}/cgroup.freeze`, "0");
		// A process may fork while it is moved.
		for (let attempt = 0; attempt < 100; attempt++) {
			for (const pid of this.#held()) move(pid, this.#former.get(pid) ?? "/");
			try {
				rmdirSync(this.#path);
				return;
			} catch {
				await pause();
			}
		}
	}

	/** @returns whether all of them were held already */
	#take(pids: readonly number[]): boolean {
		const news = pids.filter((pid) => !this.#known.has(pid));
		for (const pid of news) {
			this.#known.add(pid);
			const own = ownNumber(pid);
			const former = own === null ? null : formerCgroup(own);
			if (own !== null && former !== null && move(own, this.#path.slice(CGROUPS.length))) this.#former.set(own, former);
		}
		return news.length === 0;
	}

	get #frozen(): boolean {
		return /^frozen 1$/m.test(readFileSync(`${this.#path}/cgroup.events`, "utf8"));
	}

	#held(): number[] {
		return readFileSync(`${this.#path}/cgroup.procs`, "utf8").split("\n").filter(Boolean).map(Number);
	}
}

function formerCgroup(own: number): string | null {
	try {
		return readFileSync(`${OWN_PROC}/${own}/cgroup`, "utf8").trim().replace(/^.*:/, "");
	} catch {
		return null;
	}
}

function move(own: number, cgroup: string): boolean {
	try {
		writeFileSync(`${CGROUPS}${cgroup}/cgroup.procs`, String(own));
		return true;
	} catch {
		return false; // It has ended meanwhile.
	}
}

const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS));
