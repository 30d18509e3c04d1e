import { ConcurrencyLimit } from "../base/concurrently.ts";
import { readRegularFile } from "../base/regular-file.ts";
import { isImportable } from "../engine/submission-files.ts";
import { ARCHIVE_BYTES_MAX, unpackArchive } from "../learner/archive.ts";
import { asText, FILE_BYTES_MAX, type Folder } from "./folder.ts";

/** Archives that somebody handed in. Those that `drydock export` wrote are read; others have to be unpacked first. */

/** An archive's file name is the owner's name with an ending. `drydock export` writes archives of the first kind. */
const EXPORTED = /^(.+)\.(tar\.gz|tgz)$/i;
const OTHER = /^(.+)\.(zip|tar|tar\.\w+)$/i;

/** The owner of an archive by its file name, and whether it can be read; null if the name is not an archive's. */
export function parseArchiveName(name: string): { owner: string; ending: string; isExport: boolean } | null {
	const isExport = EXPORTED.test(name);
	const [, owner, ending] = (isExport ? EXPORTED : OTHER).exec(name) ?? [];
	return owner === undefined || ending === undefined ? null : { owner, ending, isExport };
}

/** Lets one archive at a time be unpacked: even a small one may take a hundred megabytes of memory. */
const unpacking = new ConcurrencyLimit(1);

/**
 * Unpacks an archive into memory, and lists its files like those of a folder.
 * @throws {Error} it cannot be read, or is not as `drydock export` writes it
 */
export async function readArchive(place: Buffer): Promise<Folder> {
	const contents = await unpacking.run(async () => unpackArchive(await readRegularFile(place, ARCHIVE_BYTES_MAX)));
	const importable = [...contents].filter(([path]) => isImportable(path));
	const files = importable.map(([path, content]) => {
		// Copies the content, which is a view of the whole archive's memory. If it is too large, the copy is just large
		// enough to show that.
		const kept = Buffer.from(content.subarray(0, FILE_BYTES_MAX + 1));
		return [`/${path}`, async () => asText(kept)] as const;
	});
	return { files: new Map(files), refused: new Map(), isTruncated: false };
}

/** A shell command that unpacks each archive with this ending into a folder of its own. */
export function unpackCommand(dir: string, ending: string): string {
	const [here, folder] = [/^[\w./@+-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", "'\\''")}'`, `"\${f%.${ending}}"`];
	const unpack = /^zip$/i.test(ending) ? `unzip -d ${folder} "$f"` : `mkdir ${folder} && tar -xf "$f" -C ${folder}`;
	// The command does not contain the archives' names: others chose them, and they could contain shell syntax.
	return `for f in ${here}/*.${ending}; do ${unpack}; done`;
}
