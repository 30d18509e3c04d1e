import type { Readings, ViewName } from "../protocol/index.ts";

/** What to read for a view in addition to what is always read. */
const READINGS: Partial<Record<ViewName, Readings>> = {
	limits: { cgroup: { made: true }, memory: {} },
	layers: { overlay: {} },
	network: { network: { everywhere: true } },
	identity: { identity: {} },
	volumes: { volumes: {} },
	terminals: { terminal: { everywhere: true } },
};

/** What to read for these views. */
export const readingsOf = (views: readonly ViewName[]): Readings =>
	Object.assign({}, ...views.map((view) => READINGS[view]));
