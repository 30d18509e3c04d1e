import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "./failure.ts";

/**
 * Makes a directory, and the missing directories above it. Node's `recursive: true` never returns if mkdir(2) fails
 * with ENOENT although the parent exists, as in /proc.
 * @returns whether the directory was made; false: it existed already
 * @throws {Failure} unsupported: no directory can be made there
 */
export async function makeDirectories(path: string): Promise<boolean> {
	if (await tryToMake(path)) return true;
	if (await isDirectory(path)) return false;
	await makeDirectories(dirname(path));
	const made = await tryToMake(path);
	if (made || (await isDirectory(path))) return made;
	throw new Failure(
		"unsupported",
		`no directory can be made in ${dirname(path)}`,
		"name a directory elsewhere; for the cache: export DRYDOCK_CACHE=/a/directory/of/yours",
	);
}

// Whether this call made the directory. ENOENT: a directory above it is missing, or the file system allows no directory
// there.
async function tryToMake(path: string): Promise<boolean> {
	try {
		await mkdir(path);
		return true;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT" || (code === "EEXIST" && (await isDirectory(path)))) return false;
		throw error;
	}
}

const isDirectory = (path: string) =>
	stat(path).then(
		(stats) => stats.isDirectory(),
		() => false,
	);
