import { lstat, readdir } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { Failure } from "../../base/failure.ts";

/**
 * Refuses to write a report through something that was handed in: a symbolic link would lead the report elsewhere,
 * and a FIFO could block for ever. In a continuous-integration job, the graded folder is often the job's working
 * directory. Links outside of the graded folder, and a link to the folder itself, are the caller's own, and are allowed.
 * @param dir the folder that is graded
 * @param out the file or folder that the report goes to
 * @param ending the file name ending of reports in a folder
 * @throws {Failure} usage
 */
export async function refuseSubmittedPath(dir: string, out: string, ending: string): Promise<void> {
	const below = relative(resolve(dir), resolve(out));
	if (below === ".." || below.startsWith(`..${sep}`)) return;
	const parts = below.split(sep).filter(Boolean);
	const onTheWay = parts.map((_, at) => join(resolve(dir), ...parts.slice(0, at + 1)));
	for (const path of onTheWay) await refuseUnlessPlain(path);
	for (const name of await readdir(out).catch(() => []))
		if (name.endsWith(ending)) await refuseUnlessPlain(join(out, name));
}

async function refuseUnlessPlain(path: string): Promise<void> {
	const found = await lstat(path).catch(() => null);
	if (found === null || found.isFile() || found.isDirectory()) return;
	const what = `${path} was handed in, and is neither a file nor a folder`;
	throw new Failure("usage", what, "--out with a path outside of the folder that is graded");
}
