import { open, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { cacheDir, hashOf, writingToCache } from "../../base/cache.ts";
import { makeDirectories } from "../../base/make-directories.ts";
import { Judgement } from "../results/result.ts";

/**
 * The judgements made so far, so that an interrupted run can be resumed. Each line of the file holds one judgement
 * and its key, which depends on the submitted files, the lesson, the kit and the machines' image. Each line is written
 * to disk at once. A line that a power cut left incomplete is ignored.
 */

const JOURNALS_MAX = 32;
const Line = v.pipe(v.string(), v.parseJson(), v.object({ key: v.string(), judgement: Judgement }));

export class Journal {
	readonly #path: string;
	readonly #known: Map<string, Judgement>;

	private constructor(path: string, known: Map<string, Judgement>) {
		this.#path = path;
		this.#known = known;
	}

	/**
	 * @param path the journal's file; it need not exist
	 * @param resume whether to keep the judgements in the file; otherwise the file is removed
	 */
	static async open(path: string, resume: boolean): Promise<Journal> {
		await makeDirectories(dirname(path));
		if (!resume) await rm(path, { force: true });
		const lines = (await readFile(path, "utf8").catch(() => "")).split("\n");
		const parsed = lines.map((line) => v.safeParse(Line, line));
		const known = parsed.flatMap(({ success, output }) => (success ? [[output.key, output.judgement] as const] : []));
		return new Journal(path, new Map(known));
	}

	get size(): number {
		return this.#known.size;
	}

	judgementOf(key: string): Judgement | undefined {
		return this.#known.get(key);
	}

	async add(key: string, judgement: Judgement): Promise<void> {
		this.#known.set(key, judgement);
		const file = await open(this.#path, "a");
		try {
			// The first newline ends a line that a power cut may have left incomplete.
			await file.writeFile(`\n${JSON.stringify({ key, judgement })}\n`);
			await file.datasync();
		} finally {
			await file.close();
		}
	}
}

/**
 * The path of the journal for some work. Old journals are removed.
 * @param work what identifies the work, such as a class's folder and a shard
 * @throws {Failure} unsupported: the cache cannot be written to
 */
export async function journalPath(...work: unknown[]): Promise<string> {
	const dir = join(cacheDir, "grades");
	const path = join(dir, `${hashOf("journal 1", ...work)}.jsonl`);
	await writingToCache(path, () => makeDirectories(dir));
	const names = await readdir(dir).catch(() => []);
	const aged = names.map(async (name) => {
		const { mtimeMs } = await stat(join(dir, name)).catch(() => ({ mtimeMs: 0 }));
		return { name, mtimeMs };
	});
	const old = (await Promise.all(aged)).sort((a, b) => b.mtimeMs - a.mtimeMs).slice(JOURNALS_MAX);
	await Promise.all(old.map(({ name }) => rm(join(dir, name), { force: true })));
	return path;
}
