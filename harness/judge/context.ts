import type { Observation } from "../protocol/index.ts";
import { type Check, type Context, commandAt, primaryOf } from "./check.ts";
import { deriveFacts, endingOf } from "./facts.ts";
import type { RandomInputs } from "./values.ts";

/** Makes the context of explanations from an observation. */
export function contextOf(check: Check, observation: Observation, drawn: RandomInputs): Context {
	const { call, moment } = primaryOf(check);
	const ending = endingOf(observation, call);
	const { atThrow = null, ledger = [] } = observation.calls[call] ?? {};
	return {
		facts: deriveFacts(check, observation, drawn),
		drawn,
		observation,
		during: observation.moments[moment],
		process: commandAt(observation, moment, call),
		ending,
		ledger,
		thrown: ending.how === "threw" ? ending.thrown : null,
		atThrow,
	};
}
