import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cached, keepNewest } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { type LedgerCall, Observation } from "../protocol/index.ts";
import type { Check } from "./check.ts";
import { deriveFacts } from "./facts.ts";
import type { Drawn, Facts } from "./values.ts";

/** What was read while the reference solution ran, and the inputs of that run. */
const Measured = v.object({ drawn: v.record(v.string(), v.string()), observation: Observation });
export type Measured = v.InferOutput<typeof Measured>;

/** Many times what all lessons have: what is looked up must not be taken away. */
const KEPT = 100;

/** What the kernel shows of the reference solution. */
export interface Reference {
	facts: Facts;
	/** What they were derived from. */
	observation: Observation;
	/** Of a call, with the inputs of another run in the place of its own. */
	ledger(drawn: Drawn, call: string): LedgerCall[];
}

/**
 * Gives the reference's facts, measuring them if they are not in the cache. What is kept is what was read; the facts
 * are derived from it anew, by the same code as the exercise's.
 * @param key from `observationKey`
 */
export async function referenceFacts(check: Check, key: string, measure: () => Promise<Measured>): Promise<Reference> {
	let measured = null as Measured | null;
	const dir = await cached(
		"references",
		key,
		async (staging) => {
			await writeFile(join(staging, "measured.json"), JSON.stringify(await measure()));
			await keepNewest("references", KEPT);
		},
		async (entry) => {
			measured = await measuredIn(entry);
			return measured !== null;
		},
	);
	measured ??= await measuredIn(dir);
	if (measured === null) throw new Failure("failed", "what was measured of the reference could not be read");
	const { drawn, observation } = measured;
	// A number of two digits is found where it was not put, too.
	const names = Object.entries(drawn).filter(([, value]) => value.length > 4);
	return {
		facts: deriveFacts(check, observation, drawn),
		observation,
		ledger: (others, name) => {
			const swap = (text: string) =>
				names.reduce((left, [name, value]) => left.replaceAll(value, others[name] ?? value), text);
			return (observation.calls[name]?.ledger ?? []).map((call) => ({
				...call,
				args: Object.fromEntries(Object.entries(call.args).map(([name, value]) => [name, swap(value)])),
			}));
		},
	};
}

async function measuredIn(entry: string): Promise<Measured | null> {
	const text = await readFile(join(entry, "measured.json"), "utf8").catch(() => "");
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Measured), text);
	return parsed.success ? parsed.output : null;
}
