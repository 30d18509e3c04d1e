import { access, constants, readFile, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "./failure.ts";

/**
 * Who owns the cache. Several users may read one cache. An entry belongs to the user who made it, and only this user
 * changes it. Root could change every user's entries. But the files that root replaced would belong to root, and the
 * owner could no longer change them.
 */

const OTHER_CACHE = "export DRYDOCK_CACHE=/a/directory/of/yours, and repeat the command";

/**
 * Checks that this user may write an entry of the cache, and replace an existing one.
 * @param cacheDir the cache; neither the cache nor the entry need exist
 * @param entry a directory, or a file
 * @throws {Failure} unsupported: the entry belongs to another user, or the entry, its directory or the cache is not
 * writable. For root, the cache and the directory must also be root's own
 */
export async function checkMayWrite(cacheDir: string, entry: string): Promise<void> {
	const uid = process.getuid?.();
	if (uid === undefined) return;
	for (const path of [cacheDir, dirname(entry), entry]) {
		const stats = await stat(path).catch(() => null);
		if (stats === null) continue;
		const { uid: owner } = stats;
		// In a shared directory, every user who may write there may make entries. An entry belongs to the user who made it.
		const mustOwn = uid === 0 || path === entry;
		if (mustOwn && owner !== uid) throw await ownedByOther(path, owner);
		const wanted = stats.isDirectory() ? constants.W_OK | constants.X_OK : constants.W_OK;
		await access(path, wanted).catch(async (error) => {
			throw (await cacheFailureOf(error, path)) ?? error;
		});
	}
}

/** The uid of a file's owner; null if the file does not exist, or this user cannot reach it. */
export async function ownerOf(path: string): Promise<number | null> {
	return stat(path).then(
		({ uid }) => uid,
		() => null,
	);
}

/** A user's name from /etc/passwd, or `user UID`. */
export async function userName(uid: number): Promise<string> {
	const lines = (await readFile("/etc/passwd", "utf8").catch(() => "")).split("\n");
	const name = lines.map((line) => line.split(":")).find((fields) => fields[2] === String(uid))?.[0];
	return name ?? `user ${uid}`;
}

/** The failure for a user who needs a cache entry, or a file in one, that belongs to another user. */
export async function ownedByOther(path: string, owner: number): Promise<Failure> {
	const name = await userName(owner);
	const what = `${path} belongs to ${name}, and only ${name} may use and change it`;
	return new Failure("unsupported", what, `as ${name}, or with a cache of your own: ${OTHER_CACHE}`);
}

/**
 * Turns an error of a file system call into a failure that says what is wrong with the cache.
 * @param place the cache, or the path in it that could not be written
 * @returns null if the error has another reason
 */
export async function cacheFailureOf(error: unknown, place: string): Promise<Failure | null> {
	const { code = "", path } = error as NodeJS.ErrnoException;
	if (error instanceof Failure || (path !== undefined && !path.startsWith(place))) return null;
	if (code === "ENOSPC" || code === "EDQUOT")
		return new Failure("unsupported", `there is no room left in ${place}`, `make room, or ${OTHER_CACHE}`, {
			cause: error,
		});
	// An error with one of these codes, but without a path, is not about a file of the cache.
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
 * Checks that the disk has room, before long work begins.
 * @param dir the cache, or a directory in it
 * @param bytes the room that the work needs
 * @param what the thing that needs the room, such as "the snapshot"
 * @throws {Failure} unsupported: there is too little room
 */
export async function checkRoom(dir: string, bytes: number, what: string): Promise<void> {
	const { bavail, bsize } = await statfs(dir);
	if (bavail * bsize >= bytes) return;
	const mb = (count: number) => `${Math.round(count / 1e6)} MB`;
	throw new Failure(
		"unsupported",
		`${what} takes ${mb(bytes)} of disk space, and ${dir} has ${mb(bavail * bsize)} left`,
		`make room, or put the cache on another disk: ${OTHER_CACHE}`,
	);
}

/**
 * The uid of a path's owner. If the path does not exist, or this user cannot reach it, the uid of the owner of the
 * nearest directory above it. Null if this user cannot even reach the root directory.
 */
export async function nearestOwner(place: string): Promise<number | null> {
	for (let path = place; ; path = dirname(path)) {
		const owner = await ownerOf(path);
		if (owner !== null || path === dirname(path)) return owner;
	}
}
