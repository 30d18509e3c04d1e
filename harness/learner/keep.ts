import { open, rename, rm } from "node:fs/promises";
import { join, parse } from "node:path";
import { readLinked } from "../base/regular-file.ts";

/**
 * Puts a learner's file aside, beside where it was, under a name that nothing has: `isolate.kept-1.ts`. Whoever is
 * writing to it meanwhile writes to what is kept.
 * @returns the new path
 * @throws ENOENT: there is no such file
 */
export async function moveAside(path: string): Promise<string> {
	for (let number = 1; ; number++) {
		const kept = numbered(path, "kept", number);
		if (!(await writeNew(kept, ""))) continue;
		try {
			// A rename takes the place of what has that name: an empty file of our own.
			await rename(path, kept);
			return kept;
		} catch (error) {
			await rm(kept);
			throw error;
		}
	}
}

/**
 * Puts a file where it belongs; beside it, under a name that nothing has, if another is there: `isolate.imported-1.ts`.
 * @returns where it is now, or was already
 */
export async function placeBeside(path: string, content: Buffer): Promise<string> {
	for (let number = 0; ; number++) {
		const candidate = number === 0 ? path : numbered(path, "imported", number);
		if (await writeNew(candidate, content)) return candidate;
		// What cannot be read, such as a directory, is another thing.
		if ((await readLinked(candidate, content.length).catch(() => null))?.equals(content)) return candidate;
	}
}

/** Writes a file, unless there is one. @returns whether there was none */
export async function writeNew(path: string, content: Buffer | string): Promise<boolean> {
	try {
		const file = await open(path, "wx");
		await file.writeFile(content).finally(() => file.close());
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

// What is put beside such a file itself has the next number, not a longer name.
function numbered(path: string, kind: "kept" | "imported", number: number): string {
	const { dir, name, ext } = parse(path);
	return join(dir, `${name.replace(/\.(kept|imported)-\d+$/, "")}.${kind}-${number}${ext}`);
}
