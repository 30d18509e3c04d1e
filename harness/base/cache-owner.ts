import { access, constants, readFile, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "./failure.ts";

/**
 * Whose the cache is. Several users may read one cache; only its owner changes it. Root could change anybody's: what it
 * replaced there would be root's, and the owner would be locked out.
 */

const OTHER_CACHE = "export DRYDOCK_CACHE=/a/directory/of/yours, and repeat the command";

/**
 * Makes sure that this user may write an entry of the cache, and replace the one that is there.
 * @param cacheDir the cache; neither it nor the entry need be there
 * @param entry a directory, or a file
 * @throws {Failure} unsupported: they belong to somebody else, or cannot be written to
 */
export async function claim(cacheDir: string, entry: string): Promise<void> {
	const uid = process.getuid?.();
	if (uid === undefined) return;
	for (const path of [cacheDir, dirname(entry), entry]) {
		const stats = await stat(path).catch(() => null);
		if (stats === null) continue;
		const { uid: owner } = stats;
		// A directory that several users share is anybody's who may write to it; but an entry is its maker's.
		const mustOwn = uid === 0 || path === entry;
		if (mustOwn && owner !== uid) throw await belongsTo(path, owner);
		const wanted = stats.isDirectory() ? constants.W_OK | constants.X_OK : constants.W_OK;
		await access(path, wanted).catch(async (error) => {
			throw (await inWords(error, path)) ?? error;
		});
	}
}

/** The user who owns a file; null when it is not there, or cannot be seen. */
export async function ownerOf(path: string): Promise<number | null> {
	return stat(path).then(
		({ uid }) => uid,
		() => null,
	);
}

/** A user's name, or number. */
export async function userName(uid: number): Promise<string> {
	const lines = (await readFile("/etc/passwd", "utf8").catch(() => "")).split("\n");
	const name = lines.map((line) => line.split(":")).find((fields) => fields[2] === String(uid))?.[0];
	return name ?? `user ${uid}`;
}

/** What to say to a user who needs a cache entry, or a file of it, that is another's. */
export async function belongsTo(path: string, owner: number): Promise<Failure> {
	const name = await userName(owner);
	const what = `${path} belongs to ${name}, and only ${name} may use and change it`;
	return new Failure("unsupported", what, `as ${name}, or with a cache of your own: ${OTHER_CACHE}`);
}

/**
 * An error of a file system call, as a failure that says what is wrong with the cache.
 * @param place the cache, or what in it could not be written to
 * @returns null if it is an error of another kind
 */
export async function inWords(error: unknown, place: string): Promise<Failure | null> {
	const { code = "", path } = error as NodeJS.ErrnoException;
	if (error instanceof Failure || (path !== undefined && !path.startsWith(place))) return null;
	if (code === "ENOSPC" || code === "EDQUOT")
		return new Failure("unsupported", `there is no room left in ${place}`, `make room, or ${OTHER_CACHE}`, {
			cause: error,
		});
	// Without a path it was no file of the cache's.
	const why = path === undefined ? undefined : WHY.get(code);
	if (why === undefined) return null;
	const owner = await nearestOwner(place);
	const whose = owner === process.getuid?.() || owner === null ? "" : ` (it belongs to ${await userName(owner)})`;
	return new Failure("unsupported", `${place} ${why}${whose}`, OTHER_CACHE, { cause: error });
}

const WHY = new Map([
	["EACCES", "may not be written to by this user"],
	["EPERM", "may not be written to by this user"],
	["EROFS", "is on a read-only file system"],
	["ENOTDIR", "is not a directory"],
	["EEXIST", "is not a directory"],
]);

/**
 * Makes sure that there is room before long work begins.
 * @param dir the cache, or a directory in it
 * @param what takes it, such as "the snapshot"
 * @throws {Failure} unsupported: there is not
 */
export async function needRoom(dir: string, bytes: number, what: string): Promise<void> {
	const { bavail, bsize } = await statfs(dir);
	if (bavail * bsize >= bytes) return;
	const mb = (count: number) => `${Math.round(count / 1e6)} MB`;
	throw new Failure(
		"unsupported",
		`${what} takes ${mb(bytes)} of disk space, and ${dir} has ${mb(bavail * bsize)} left`,
		`make room, or put the cache on another disk: ${OTHER_CACHE}`,
	);
}

/** The owner of a place, or of the directory in which it would be made. */
export async function nearestOwner(place: string): Promise<number | null> {
	for (let path = place; ; path = dirname(path)) {
		const owner = await ownerOf(path);
		if (owner !== null || path === dirname(path)) return owner;
	}
}
