import type { Observation } from "../protocol/index.ts";
import { BOX, type Check, type Context, commandAt, DURING } from "./check.ts";
import { deriveFacts, endingOf } from "./facts.ts";
import type { Drawn } from "./values.ts";

/** Everything that an explanation may look at, from what was read. */
export function contextOf(check: Check, observation: Observation, drawn: Drawn): Context {
	const ending = endingOf(observation);
	const { atThrow = null, ledger = [] } = observation.containers[BOX] ?? {};
	return {
		facts: deriveFacts(check, observation, drawn),
		drawn,
		observation,
		during: observation.moments[DURING],
		process: commandAt(observation, DURING),
		ending,
		ledger,
		thrown: ending.how === "threw" ? ending.thrown : null,
		atThrow,
	};
}
