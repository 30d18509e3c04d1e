import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** PATH of this process, plus the sbin directories, which Debian leaves out of an ordinary user's PATH. */
export const PATH_WITH_SBIN = `${process.env["PATH"]}${delimiter}/usr/sbin${delimiter}/sbin`;

/** Finds a program in a search path such as PATH; null if it is not there. Starts no program. */
export async function findProgram(path: string, name: string): Promise<string | null> {
	for (const file of path.split(delimiter).map((dir) => join(dir, name))) if (await isProgram(file)) return file;
	return null;
}

async function isProgram(file: string): Promise<boolean> {
	try {
		await access(file, constants.X_OK);
		// For a directory, X_OK means permission to enter.
		return (await stat(file)).isFile();
	} catch {
		return false;
	}
}
