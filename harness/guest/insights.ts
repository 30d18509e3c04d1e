import { dirname } from "node:path";
import type { Mount, View, ViewName } from "../protocol/index.ts";
import { readIdentity } from "../readings/guest/identity.ts";
import { LimitsReader } from "../readings/guest/limits.ts";
import { Networks } from "../readings/guest/networks.ts";
import { readLayers } from "../readings/guest/overlay.ts";

/** What a stage reads because one of its views wants it. */
export type Insight = Pick<View, "limits" | "layers" | "networks" | "identities">;

/** Reads what a stage's views want beside what is always read. */
export class Insights {
	readonly #limits: LimitsReader | null;
	readonly #networks: Networks | null;

	/** @param changed called when something has changed that is not read at once */
	constructor(
		private readonly views: readonly ViewName[],
		changed: () => void,
	) {
		this.#limits = views.includes("limits") ? new LimitsReader() : null;
		this.#networks = views.includes("network") ? new Networks(changed) : null;
	}

	/** Whether something that is shown moves although nobody says a word. */
	get moves(): boolean {
		return this.#limits !== null;
	}

	/** A text that is another when something has moved. */
	hint(shells: Shells): string {
		return this.#limits?.hint(pidsOf(shells)) ?? "";
	}

	read(host: { mounts: Mount[] }, shells: Shells): Insight {
		this.#networks?.refresh();
		const pids = pidsOf(shells);
		return {
			...(this.#limits !== null && { limits: this.#limits.read(pids) }),
			...(this.#networks !== null && { networks: this.#networks.last }),
			...(this.views.includes("layers") && { layers: layersOf(host.mounts, shells) }),
			...(this.views.includes("identity") && { identities: identitiesOf(shells) }),
		};
	}
}

type Shells = View["shells"];

const pidsOf = (shells: Shells) => Object.values(shells).flatMap((shell) => (shell === null ? [] : [shell.pid]));

function layersOf(mounts: readonly Mount[], shells: Shells): Insight["layers"] {
	const all = [...mounts, ...Object.values(shells).flatMap((shell) => shell?.mounts ?? [])];
	const points = all.filter(({ fstype }) => fstype === "overlay").map(({ mountPoint }) => dirname(mountPoint));
	// Who mounts an overlay often stands beside it.
	const here = Object.values(shells).flatMap((shell) => (shell === null ? [] : [shell.cwd]));
	return readLayers(all, [...new Set([...here, ...points])]);
}

function identitiesOf(shells: Shells): Insight["identities"] {
	const entries = Object.entries(shells).map(([name, shell]) => [name, shell === null ? null : tried(shell.pid)]);
	return Object.fromEntries(entries) as Insight["identities"];
}

function tried(pid: number): ReturnType<typeof readIdentity> | null {
	try {
		return readIdentity(pid);
	} catch {
		return null; // It has ended while it was read.
	}
}
