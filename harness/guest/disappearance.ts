import { setTimeout as sleep } from "node:timers/promises";
import type { HostState } from "../protocol/index.ts";
import { readLinks } from "../readings/guest/network.ts";
import type { Probe } from "../readings/guest/probe.ts";
import type { RunTime } from "./run-time.ts";

/** How long a network namespace that nothing holds any more, and its links, may take to disappear. */
const UNLINKED_MS = 2_000;
/** The shortest pause between two looks. */
const STEP_MS = 50;

/** Waits for what the kernel removes only some time after a container has ended: network namespaces and their links. */
export class Disappearance {
	/**
	 * The numbers (nsid) of the harbour's network namespaces that are not waited for: they were there before the first
	 * call, or an earlier wait for them was in vain.
	 */
	readonly #known: Set<number>;

	/** @param before the harbour before the first call */
	constructor(
		private readonly probe: Probe,
		private readonly time: RunTime,
		before: HostState,
	) {
		this.#known = new Set(before.network?.peers);
	}

	/**
	 * Waits until these links of the harbour are gone. Links that are still there afterwards were left behind: the check
	 * decides about them.
	 */
	async ofLinks(links: readonly string[]): Promise<void> {
		const patience = this.time.patienceFor(UNLINKED_MS);
		const remain = () => readLinks(1).some(({ name }) => links.includes(name));
		while (remain() && patience.leftMs > 0) await sleep(STEP_MS);
	}

	/**
	 * Reads the harbour, again and again until it has no new network namespace, or until patience ends. A namespace that
	 * is still there at the end is not waited for a second time.
	 */
	async readHost(): Promise<HostState> {
		const patience = this.time.patienceFor(UNLINKED_MS);
		for (;;) {
			const startMs = performance.now();
			const host = this.probe.readHost();
			const peers = host.network?.peers ?? [];
			if (peers.every((peer) => this.#known.has(peer)) || patience.leftMs === 0) {
				for (const peer of peers) this.#known.add(peer);
				return host;
			}
			// Patience passes only while the machine is idle, and a reading keeps it busy.
			await sleep(Math.max(performance.now() - startMs, STEP_MS));
		}
	}
}
