import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import envPaths from "env-paths";
import { withLock } from "./lock.ts";

/**
 * The cache: everything that can be made again. Entries are named by what they depend on and published whole, by one
 * rename; nothing in them is ever changed afterwards.
 */
export const cacheDir = process.env["DRYDOCK_CACHE"] ?? envPaths("drydock", { suffix: "" }).cache;

// What an entry's files measured when they were published. One that was cut off, written to or taken away since does
// not measure the same, and the entry is made anew; reading hundreds of megabytes at every start would take too long.
const SEAL = "seal.json";

// What was begun so long ago is nobody's work any more: whoever made it was killed.
const ABANDONED_MS = 24 * 3_600_000;

/** A short name for everything that `parts` hold; equal parts give equal names. */
export function keyOf(...parts: readonly unknown[]): string {
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/**
 * Finds an entry, or makes it.
 * @param kind the folder of the cache, such as `base`
 * @param key from {@link keyOf}
 * @param make fills the (new, empty) directory that it is given; when it throws, nothing is published
 * @returns the entry's directory
 */
export async function cached(kind: string, key: string, make: (staging: string) => Promise<void>): Promise<string> {
	const entry = join(cacheDir, kind, key);
	if (await isWhole(entry)) return entry;
	await mkdir(dirname(entry), { recursive: true });
	// Two commands that need the same entry at once: the second finds the work of the first.
	return withLock(entry, async () => {
		if (await isWhole(entry)) return entry;
		await discard(entry);
		await sweep(dirname(entry), key);
		const staging = `${entry}.staging-${randomBytes(4).toString("hex")}`;
		await mkdir(staging);
		try {
			await make(staging);
			await writeFile(join(staging, SEAL), JSON.stringify(await measure(staging)));
			await rename(staging, entry);
		} finally {
			await rm(staging, { recursive: true, force: true });
		}
		return entry;
	});
}

/** Removes an entry. A virtual machine that still has its files open keeps them until it ends. */
export async function discard(entry: string): Promise<void> {
	const doomed = `${entry}.staging-${randomBytes(4).toString("hex")}`;
	// Renamed first, so that nobody finds half an entry.
	await rename(entry, doomed).catch((error: NodeJS.ErrnoException) => {
		if (error.code !== "ENOENT") throw error;
	});
	await rm(doomed, { recursive: true, force: true });
}

/** Removes all entries of a kind but the `keep` newest ones. */
export async function keepNewest(kind: string, keep: number): Promise<void> {
	const dir = join(cacheDir, kind);
	const names = (await readdir(dir)).filter((name) => !name.includes("."));
	const aged = await Promise.all(names.map(async (name) => ({ name, ms: await changedMs(join(dir, name)) })));
	aged.sort((a, b) => b.ms - a.ms);
	await Promise.all(aged.slice(keep).map(({ name }) => discard(join(dir, name))));
}

/** Gives some work an empty directory in the cache, which is removed after it. */
export async function inScratch<T>(work: (dir: string) => Promise<T>): Promise<T> {
	await mkdir(cacheDir, { recursive: true });
	await removeAll(cacheDir, (name, ageMs) => name.startsWith("scratch-") && ageMs > ABANDONED_MS);
	const dir = await mkdtemp(join(cacheDir, "scratch-"));
	try {
		return await work(dir);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}

async function isWhole(entry: string): Promise<boolean> {
	const seal = await readFile(join(entry, SEAL), "utf8").catch(() => null);
	if (seal === null) return false;
	const measured = await measure(entry).catch((error: NodeJS.ErrnoException) => {
		// Another process has discarded it meanwhile.
		if (error.code === "ENOENT") return null;
		throw error;
	});
	return seal === JSON.stringify(measured);
}

async function measure(dir: string): Promise<[name: string, bytes: number, mtimeMs: number][]> {
	const entries = await readdir(dir, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	const measured = files
		.filter((path) => path !== join(dir, SEAL))
		.sort()
		.map(async (path): Promise<[string, number, number]> => {
			const { size, mtimeMs } = await stat(path);
			return [relative(dir, path), size, mtimeMs];
		});
	return Promise.all(measured);
}

/** Whether something is at `path`. */
export async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}

// What a killed process left of this entry; under the lock, so it is nobody's work in progress. What is left of others, which
// may never be asked for again, goes by its age.
async function sweep(dir: string, key: string): Promise<void> {
	const ofThis = `${key}.staging-`;
	await removeAll(dir, (name, ageMs) => name.startsWith(ofThis) || (/\.staging-/.test(name) && ageMs > ABANDONED_MS));
}

async function removeAll(dir: string, goes: (name: string, ageMs: number) => boolean): Promise<void> {
	const removed = (await readdir(dir)).map(async (name) => {
		const ageMs = Date.now() - (await changedMs(join(dir, name)));
		if (goes(name, ageMs)) await rm(join(dir, name), { recursive: true, force: true });
	});
	await Promise.all(removed);
}

// Of what another process has removed meanwhile: long ago.
const changedMs = (path: string) =>
	stat(path).then(
		({ mtimeMs }) => mtimeMs,
		() => 0,
	);
