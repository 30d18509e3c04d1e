import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cached, keyOf } from "../cache.ts";
import type { LedgerCall } from "../protocol.ts";
import type { Facts } from "./facts.ts";

/** What the kernel shows of the reference solution. */
export interface Reference {
	facts: Facts;
	ledger: LedgerCall[];
}

const Stored = v.object({
	facts: v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.array(v.string())])),
	ledger: v.array(
		v.object({
			task: v.string(),
			call: v.string(),
			args: v.record(v.string(), v.string()),
			result: v.optional(v.number()),
			error: v.optional(v.string()),
		}),
	),
});

/**
 * Gives the reference's facts, measuring them if they are not in the cache.
 * @param dependsOn everything that they depend on: the image, the program, the scenario
 */
export async function referenceFacts(
	dependsOn: readonly unknown[],
	measure: () => Promise<Reference>,
): Promise<Reference> {
	const dir = await cached("references", keyOf("reference 1", ...dependsOn), async (staging) => {
		await writeFile(join(staging, "facts.json"), JSON.stringify(await measure()));
	});
	return v.parse(Stored, JSON.parse(await readFile(join(dir, "facts.json"), "utf8")));
}
