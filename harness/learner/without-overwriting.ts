import { open, rename, rm } from "node:fs/promises";
import { join, parse } from "node:path";
import { readThroughLinks } from "../base/regular-file.ts";

/**
 * Renames a learner's file to a free name in the same folder, such as `isolate.kept-1.ts`. A process that is writing to
 * the file goes on writing to the renamed file.
 * @returns the new path
 * @throws ENOENT: there is no such file
 */
export async function moveAside(path: string): Promise<string> {
	for (let number = 1; ; number++) {
		const kept = numbered(path, "kept", number);
		if (!(await writeNew(kept, ""))) continue;
		try {
			// The rename replaces the empty file that writeNew() made to reserve the name.
			await rename(path, kept);
			return kept;
		} catch (error) {
			await rm(kept);
			throw error;
		}
	}
}

/**
 * Writes a file to `path`. If another file is there, writes to a free name in the same folder, such as
 * `isolate.imported-1.ts`. If a file with the same content is found, writes nothing.
 * @returns the path of the file with the content
 */
export async function placeBeside(path: string, content: Buffer): Promise<string> {
	for (let number = 0; ; number++) {
		const candidate = number === 0 ? path : numbered(path, "imported", number);
		if (await writeNew(candidate, content)) return candidate;
		// Something that cannot be read, such as a directory, counts as different.
		if ((await readThroughLinks(candidate, content.length).catch(() => null))?.equals(content)) return candidate;
	}
}

/** Writes a file, unless the path exists. @returns whether it was written */
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

// If the name already has such a suffix, replaces it instead of adding a second one.
function numbered(path: string, kind: "kept" | "imported", number: number): string {
	const { dir, name, ext } = parse(path);
	return join(dir, `${name.replace(/\.(kept|imported)-\d+$/, "")}.${kind}-${number}${ext}`);
}
