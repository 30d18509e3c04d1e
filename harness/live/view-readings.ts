import type { Readings, ViewName } from "../protocol/index.ts";

/** What views show beside what is always read. */
const READINGS: Partial<Record<ViewName, Readings>> = {
	limits: { cgroup: { made: true }, memory: {} },
	layers: { overlay: {} },
	network: { network: { everywhere: true } },
	identity: { identity: {} },
};

/** What these views want read. */
export const readingsOf = (views: readonly ViewName[]): Readings =>
	Object.assign({}, ...views.map((view) => READINGS[view]));
