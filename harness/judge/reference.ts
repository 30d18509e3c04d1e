import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cached, keepNewest } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { type LedgerCall, Observation } from "../protocol/index.ts";
import { type Check, EXIT_CODE } from "./check.ts";
import { deriveFacts } from "./facts.ts";
import { recordedCalls } from "./recorded-calls.ts";
import type { Facts, RandomInputs } from "./values.ts";

/** An observation of the reference solution, and the inputs that were drawn for it. */
const Measured = v.object({ drawn: v.record(v.string(), v.string()), observation: Observation });
export type Measured = v.InferOutput<typeof Measured>;

/** Number of cache entries to keep: many times the number of lessons, so that no entry in use is removed. */
const KEPT = 100;

/** What was measured of a lesson's reference solution. */
export interface Reference {
	facts: Facts;
	/** The observation that the facts were derived from. */
	observation: Observation;
	/**
	 * What was recorded of one call of the run, as from {@link recordedCalls}. The inputs drawn for the reference's run
	 * are replaced by those of another run, `drawn`.
	 */
	ledger(drawn: RandomInputs, call: string): LedgerCall[];
}

/** What was measured of the references since drydock started, by the key. */
const references = new Map<string, Reference>();

/**
 * Returns what was measured of the reference, and measures it if it is not in the cache. The cache holds the
 * observation. The facts are derived from it by the same code as the exercise's facts.
 * @param key from `observationKey`
 * @param measure plays the reference
 * @throws {Failure} failed: the cache's entry could not be read
 */
export async function referenceFacts(check: Check, key: string, measure: () => Promise<Measured>): Promise<Reference> {
	const known = references.get(key) ?? referenceOf(check, await keptOrMeasured(key, measure));
	references.set(key, known);
	return known;
}

async function keptOrMeasured(key: string, measure: () => Promise<Measured>): Promise<Measured> {
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
	return measured;
}

function referenceOf(check: Check, { drawn, observation }: Measured): Reference {
	// Short values, such as the exit code, are not replaced in a text: they may also occur elsewhere.
	const longInputs = Object.entries(drawn).filter(([, value]) => value.length > 4);
	return {
		facts: deriveFacts(check, observation, drawn),
		observation,
		ledger: (otherDrawn, callName) => {
			const swap = (text: string) =>
				longInputs.reduce((left, [name, value]) => left.replaceAll(value, otherDrawn[name] ?? value), text);
			const swapIn = ({ call, args }: LedgerCall) =>
				call === "_exit" && Object.values(args)[0] === drawn[EXIT_CODE]
					? { status: otherDrawn[EXIT_CODE] ?? "" }
					: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, swap(value)]));
			return recordedCalls(observation.calls[callName]).map((call) => ({ ...call, args: swapIn(call) }));
		},
	};
}

async function measuredIn(entry: string): Promise<Measured | null> {
	const text = await readFile(join(entry, "measured.json"), "utf8").catch(() => "");
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Measured), text);
	return parsed.success ? parsed.output : null;
}
