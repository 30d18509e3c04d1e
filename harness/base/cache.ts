import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFailureOf, checkMayWrite } from "./cache-owner.ts";
import { isSealed, seal } from "./cache-seal.ts";
import { Failure } from "./failure.ts";
import { withLock } from "./lock.ts";
import { makeDirectories } from "./make-directories.ts";

/**
 * The cache holds everything that drydock can make again. An entry's name is a hash of everything that the entry
 * depends on. An entry is published complete, by one rename, and its sealed files never change afterwards. An entry that
 * does not match its seal is made again. The old entry is removed only when the new one is complete.
 */
export const cacheDir = process.env["DRYDOCK_CACHE"] || (await usualPlace());

// A temporary directory of this age is abandoned: the process that made it was killed.
const ABANDONED_MS = 24 * 3_600_000;

/** A short hash of `parts`. Equal parts give equal hashes. */
export function hashOf(...parts: readonly unknown[]): string {
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Whether an entry that matches its seal can be used. */
export type IsGood = (entry: string) => Promise<boolean>;

/**
 * Finds an entry, or makes it.
 * @param kind the folder of the cache, such as `base`
 * @param key from {@link hashOf}
 * @param make fills the new, empty directory that it is given. If it throws, nothing is published, and an old entry
 * stays
 * @param isGood an entry that matches its seal, but for which this is false, is made again
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
	return writingToCache(entry, async () => {
		await makeReadableDirectory(dirname(entry));
		// If two commands need the same entry at once, the second waits, and finds what the first has made.
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

/**
 * Returns an `isGood` with which {@link cached} makes each of these entries again: it is false for an entry until the
 * entry has been replaced.
 */
export async function madeAgain(...entries: readonly string[]): Promise<IsGood> {
	const before = await Promise.all(entries.map(sealOf));
	return async (entry) => !before.includes(await sealOf(entry));
}

/** Whether an entry exists and matches its seal. May renew the seal and the files' modes, and changes nothing else. */
export function isWhole(kind: string, key: string): Promise<boolean> {
	return isSealed(join(cacheDir, kind, key));
}

/** Removes an entry. A virtual machine that still has its files open keeps them until it ends. */
export async function discard(entry: string): Promise<void> {
	const renamed = stagingOf(entry);
	try {
		// Renames the entry first, so that no other process finds half of it.
		await rename(entry, renamed);
		await rm(renamed, { recursive: true, force: true });
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") return;
		// rename(2) fails with EXDEV for a directory in a lower layer of an overlay: see redirect_dir in the kernel's
		// documentation of overlayfs. Without its seal, the directory is no longer an entry.
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

/** Runs some work with an empty directory in the cache, and then removes the directory. */
export async function inScratch<T>(work: (dir: string) => Promise<T>): Promise<T> {
	const dir = await writingToCache(join(cacheDir, "scratch"), async () => {
		await makeReadableDirectory(cacheDir);
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
 * Runs work that writes to the cache.
 * @param path the path in the cache that the work writes
 * @throws {Failure} unsupported: the cache cannot be written to, is full, or belongs to somebody else
 */
export async function writingToCache<T>(path: string, work: () => Promise<T>): Promise<T> {
	await checkMayWrite(cacheDir, path);
	try {
		return await work();
	} catch (error) {
		throw (await cacheFailureOf(error, cacheDir)) ?? error;
	}
}

// Makes files with the most common umask (022), so that their modes are the same for every user, here and in the
// virtual machine. Several entries may be made at the same time: the last one to be finished restores the umask.
let workCount = 0;
let umask = 0;
async function withOpenModes(work: () => Promise<void>): Promise<void> {
	if (workCount++ === 0) umask = process.umask(0o022);
	try {
		await work();
	} finally {
		if (--workCount === 0) process.umask(umask);
	}
}

// Makes the cache and `dir`, a directory in it, if they are missing. All users may read them, as with the most common
// umask.
async function makeReadableDirectory(dir: string): Promise<void> {
	for (const path of [cacheDir, dir]) if (await makeDirectories(path)) await chmod(path, 0o755);
}

async function usualPlace(): Promise<string> {
	// With an empty HOME, the cache would be in the current directory.
	if (process.env["HOME"] === "") delete process.env["HOME"];
	try {
		const { default: envPaths } = await import("env-paths");
		return envPaths("drydock", { suffix: "" }).cache;
	} catch (cause) {
		throw new Failure(
			"unsupported",
			"drydock keeps a cache in your home directory, and this user has no home directory",
			"export DRYDOCK_CACHE=/a/directory/of/yours, and repeat the command",
			{ cause },
		);
	}
}

// Identifies a seal by its inode: as long as the old seal exists, no other file has its number. "" if there is no seal.
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

// Removes the staging directories of killed processes. Those of this entry are removed at once: this process holds the
// entry's lock, so no other process uses them. Those of other entries are removed when they are old: they may be in use,
// or nobody may ever ask for the entry again.
async function sweep(dir: string, key: string): Promise<void> {
	const ofThis = `${key}.staging-`;
	await removeAll(dir, (name, ageMs) => name.startsWith(ofThis) || (/\.staging-/.test(name) && ageMs > ABANDONED_MS));
}

async function removeAll(dir: string, isRemoved: (name: string, ageMs: number) => boolean): Promise<void> {
	const removed = (await readdir(dir)).map(async (name) => {
		const ageMs = Date.now() - (await changedMs(join(dir, name)));
		if (isRemoved(name, ageMs)) await rm(join(dir, name), { recursive: true, force: true });
	});
	await Promise.all(removed);
}

// 0, long ago, for a file that another process has removed meanwhile.
const changedMs = (path: string) =>
	stat(path).then(
		({ mtimeMs }) => mtimeMs,
		() => 0,
	);
