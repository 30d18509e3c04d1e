import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { claim, inWords } from "./cache-owner.ts";
import { isSealed, seal } from "./cache-seal.ts";
import { Failure } from "./failure.ts";
import { withLock } from "./lock.ts";
import { makeDirectories } from "./make-directories.ts";

/**
 * The cache: everything that can be made again. Entries are named by what they depend on and published whole, by one
 * rename; nothing in them is ever changed afterwards. An entry that does not agree with its seal is made anew, and goes
 * only when its successor is whole.
 */
export const cacheDir = process.env["DRYDOCK_CACHE"] || (await usualPlace());

// What was begun so long ago is nobody's work any more: whoever made it was killed.
const ABANDONED_MS = 24 * 3_600_000;

/** A short name for everything that `parts` hold; equal parts give equal names. */
export function keyOf(...parts: readonly unknown[]): string {
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Whether an entry whose files are those that were published can be used. */
export type IsGood = (entry: string) => Promise<boolean>;

/**
 * Finds an entry, or makes it.
 * @param kind the folder of the cache, such as `base`
 * @param key from {@link keyOf}
 * @param make fills the (new, empty) directory that it is given; when it throws, nothing is published, and what was there stays
 * @param isGood one that is not is made anew
 * @returns the entry's directory
 * @throws {Failure} unsupported: the cache cannot be written to, is full, or belongs to somebody else
 */
export async function cached(
	kind: string,
	key: string,
	make: (staging: string) => Promise<void>,
	isGood: IsGood = async () => true,
): Promise<string> {
	const entry = join(cacheDir, kind, key);
	const isThere = async () => (await isSealed(entry)) && (await isGood(entry));
	if (await isThere()) return entry;
	return inOwnCache(entry, async () => {
		await openDirectory(dirname(entry));
		// Two commands that need the same entry at once: the second finds the work of the first.
		return withLock(entry, async () => {
			if (await isThere()) return entry;
			await sweep(dirname(entry), key);
			const staging = stagingOf(entry);
			await mkdir(staging);
			try {
				await withOpenModes(() => make(staging));
				await seal(staging);
				await discard(entry);
				await rename(staging, entry);
			} finally {
				await rm(staging, { recursive: true, force: true });
			}
			return entry;
		});
	});
}

/** For {@link cached}: every entry is good but those that are there now. */
export async function newerThanNow(...entries: readonly string[]): Promise<IsGood> {
	const before = await Promise.all(entries.map(sealOf));
	return async (entry) => !before.includes(await sealOf(entry));
}

/** Whether an entry is there and whole. Changes nothing that matters. */
export function isWhole(kind: string, key: string): Promise<boolean> {
	return isSealed(join(cacheDir, kind, key));
}

/** Removes an entry. A virtual machine that still has its files open keeps them until it ends. */
export async function discard(entry: string): Promise<void> {
	const doomed = stagingOf(entry);
	try {
		// Renamed first, so that nobody finds half an entry.
		await rename(entry, doomed);
		await rm(doomed, { recursive: true, force: true });
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") return;
		// A directory in a lower layer of an overlay is not renamed: see "Changes to underlying filesystems" and
		// redirect_dir in the kernel's documentation. Without its seal, it is no entry any more.
		if (code !== "EXDEV") throw error;
		await rm(join(entry, "seal.json"), { force: true });
		await rm(entry, { recursive: true, force: true });
	}
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
	const dir = await inOwnCache(join(cacheDir, "scratch"), async () => {
		await openDirectory(cacheDir);
		await removeAll(cacheDir, (name, ageMs) => name.startsWith("scratch-") && ageMs > ABANDONED_MS);
		return mkdtemp(join(cacheDir, "scratch-"));
	});
	try {
		return await work(dir);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}

/**
 * Does work that writes to the cache.
 * @param path what it writes, in the cache
 * @throws {Failure} unsupported: the cache cannot be written to, is full, or belongs to somebody else
 */
export async function inOwnCache<T>(path: string, work: () => Promise<T>): Promise<T> {
	await claim(cacheDir, path);
	try {
		return await work();
	} catch (error) {
		throw (await inWords(error, cacheDir)) ?? error;
	}
}

// What is made for the cache has the modes that it would have for most people, on this computer and in the virtual
// machine. Several pieces of work may be under way.
let working = 0;
let umask = 0;
async function withOpenModes(work: () => Promise<void>): Promise<void> {
	if (working++ === 0) umask = process.umask(0o022);
	try {
		await work();
	} finally {
		if (--working === 0) process.umask(umask);
	}
}

// In most people's caches all may read.
async function openDirectory(dir: string): Promise<void> {
	for (const path of [cacheDir, dir]) if (await makeDirectories(path)) await chmod(path, 0o755);
}

async function usualPlace(): Promise<string> {
	// An empty HOME would make it the current directory.
	if (process.env["HOME"] === "") delete process.env["HOME"];
	try {
		const { default: envPaths } = await import("env-paths");
		return envPaths("drydock", { suffix: "" }).cache;
	} catch (cause) {
		throw new Failure(
			"unsupported",
			"drydock keeps a cache in your home directory, and this user has none",
			"export DRYDOCK_CACHE=/a/directory/of/yours, and repeat the command",
			{ cause },
		);
	}
}

// While the old one is there, no other file has its number.
const sealOf = (entry: string) =>
	stat(join(entry, "seal.json")).then(
		({ dev, ino }) => `${dev}:${ino}`,
		() => "",
	);

const stagingOf = (entry: string) => `${entry}.staging-${randomBytes(4).toString("hex")}`;

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
