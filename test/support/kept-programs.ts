import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import * as v from "valibot";
import { cached, keepNewest } from "../../harness/base/cache.ts";
import type { Bundle } from "../../harness/engine/bundle.ts";

const KIND = "programs";
const FILE = "program.json.gz";
/** Number of programs to keep: several times the number of submissions and mutants. One takes about 30 KB. */
const KEPT = 6_000;
/** On average, one of this many calls removes old programs. Not every call does: listing the programs takes a moment. */
const SWEPT_EVERY = 200;

const Program = v.object({ code: v.string(), map: v.string(), files: v.array(v.string()) });

/**
 * Returns the program of a submission from the cache, or bundles the submission. When a check has changed, all
 * submissions of its lesson are judged again from observations in the cache. Bundling each again, only to find its
 * observation, would take longer than everything else.
 * @param key from `programKeys`
 * @param make bundles the submission. What it throws is thrown on, and nothing is kept
 */
export async function keptProgram(key: string, make: () => Promise<Bundle>): Promise<Bundle> {
	let program = null as Bundle | null;
	await cached(
		KIND,
		key,
		async (staging) => {
			program = await make();
			await writeFile(join(staging, FILE), await promisify(gzip)(JSON.stringify(program)));
		},
		async (entry) => {
			program = await programIn(entry);
			return program !== null;
		},
	);
	if (Math.random() < 1 / SWEPT_EVERY) await keepNewest(KIND, KEPT);
	if (program === null) throw new Error(`the program ${key} could not be read`);
	return program;
}

async function programIn(entry: string): Promise<Bundle | null> {
	const text = await readFile(join(entry, FILE))
		.then((bytes) => promisify(gunzip)(bytes))
		.then(String, () => "");
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Program), text);
	return parsed.success ? parsed.output : null;
}
