import type { Readings } from "../index.ts";

/**
 * A request for each subject that a run can ask for. The agent reads all this in its rehearsals, before the snapshot is
 * made. Otherwise the first such reading in every restored machine would be slow.
 */
export const EXAMPLE_READINGS: Required<Readings> = {
	cgroup: { below: "/box" },
	memory: {},
	network: {},
	overlay: {},
	files: { watch: ["/lab", "/etc", "/root"], inRoot: ["etc/passwd"] },
	places: { paths: ["/lab"], secrets: ["secret"] },
	identity: {},
	terminal: { everywhere: true },
	volumes: {},
	breakOut: {},
};
