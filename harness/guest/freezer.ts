import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { AGENT_PROC } from "../readings/guest/paths.ts";
import { agentsPidOf, readState } from "../readings/guest/proc.ts";
import type { Patience } from "./patience.ts";

const CGROUPS = "/sys/fs/cgroup";
const POLL_MS = 2;

/**
 * Freezes processes of the harbour: it moves them into a frozen cgroup with a random name. A frozen process executes
 * nothing. Signals that are sent to it stay pending, where the agent can read them. SIGKILL still ends it, and so does
 * a signal that is deadly without a core dump, if the process does not handle, block or ignore it. Its parent gets no
 * signal about the freeze. See cgroups(7), and cgroup.freeze in the kernel's cgroup-v2 documentation.
 */
export class Freezer {
	readonly #path = `${CGROUPS}/held-${randomBytes(8).toString("hex")}`;
	/** Pids in the harbour's PID namespace. */
	readonly #seenPids = new Set<number>();
	/**
	 * The cgroup that each process was in before, by its pid in the agent's PID namespace: the kernel takes a pid that
	 * is written to cgroup.procs as a pid of the writer's namespace.
	 */
	readonly #formerCgroups = new Map<number, string>();

	private constructor() {
		mkdirSync(this.#path);
		writeFileSync(`${this.#path}/cgroup.freeze`, "1");
	}

	/**
	 * Freezes processes.
	 * @param pids returns their pids; called again until it returns no new one
	 * @returns null if patience ended first; then no process stays frozen
	 */
	static async freeze(pids: () => number[], patience: Patience): Promise<Freezer | null> {
		const freezer = new Freezer();
		for (;;) {
			const complete = freezer.#moveIn(pids().filter((pid) => !"ZX".includes(readState(pid))));
			if (complete && freezer.#frozen) return freezer;
			if (patience.leftMs === 0) break;
			await pause();
		}
		await freezer.thaw();
		return null;
	}

	/** Moves all processes back into the cgroups that they were in, where they go on. */
	async thaw(): Promise<void> {
		writeFileSync(`${this.#path}/cgroup.freeze`, "0");
		// A process may fork while it is moved.
		for (let attempt = 0; attempt < 100; attempt++) {
			for (const pid of this.#pidsInside()) move(pid, this.#formerCgroups.get(pid) ?? "/");
			try {
				rmdirSync(this.#path);
				return;
			} catch {
				await pause();
			}
		}
	}

	/** @returns whether none of these processes was new */
	#moveIn(pids: readonly number[]): boolean {
		const newPids = pids.filter((pid) => !this.#seenPids.has(pid));
		for (const pid of newPids) {
			this.#seenPids.add(pid);
			const agentsPid = agentsPidOf(pid);
			const former = agentsPid === null ? null : cgroupOf(agentsPid);
			if (agentsPid !== null && former !== null && move(agentsPid, this.#path.slice(CGROUPS.length)))
				this.#formerCgroups.set(agentsPid, former);
		}
		return newPids.length === 0;
	}

	get #frozen(): boolean {
		return /^frozen 1$/m.test(readFileSync(`${this.#path}/cgroup.events`, "utf8"));
	}

	#pidsInside(): number[] {
		return readFileSync(`${this.#path}/cgroup.procs`, "utf8").split("\n").filter(Boolean).map(Number);
	}
}

function cgroupOf(agentsPid: number): string | null {
	try {
		return readFileSync(`${AGENT_PROC}/${agentsPid}/cgroup`, "utf8").trim().replace(/^.*:/, "");
	} catch {
		return null;
	}
}

function move(agentsPid: number, cgroup: string): boolean {
	try {
		writeFileSync(`${CGROUPS}${cgroup}/cgroup.procs`, String(agentsPid));
		return true;
	} catch {
		return false; // The process has ended meanwhile.
	}
}

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));
