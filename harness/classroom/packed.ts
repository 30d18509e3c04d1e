import { readBytes } from "../base/regular-file.ts";
import { Turns } from "../base/side-by-side.ts";
import { isImportable } from "../engine/submission-files.ts";
import { ARCHIVE_BYTES_MAX, unpacked } from "../learner/archive.ts";
import { asText, FILE_BYTES_MAX, type Folder } from "./folder.ts";

/** Archives that somebody handed in. What `drydock export` has written is looked into; others have to be unpacked before. */

/** What of a name tells that it is such an archive, and what is before it. */
const EXPORTED = /^(.+)\.(tar\.gz|tgz)$/i;
const OTHER = /^(.+)\.(zip|tar|tar\.\w+)$/i;

/** Whose archive it is, by its name, and whether it can be looked into; null for what is no archive. */
export function archiveNamed(name: string): { owner: string; ending: string; isExport: boolean } | null {
	const isExport = EXPORTED.test(name);
	const [, owner, ending] = (isExport ? EXPORTED : OTHER).exec(name) ?? [];
	return owner === undefined || ending === undefined ? null : { owner, ending, isExport };
}

/** A small archive may take a hundred megabytes while it is unpacked: one at a time. */
const unpacking = new Turns(1);

/**
 * Unpacks an archive into memory, and looks into it as into a folder.
 * @throws {Error} it cannot be read, or is not as `drydock export` writes it
 */
export async function lookIntoArchive(place: Buffer): Promise<Folder> {
	const contents = await unpacking.take(async () => unpacked(await readBytes(place, ARCHIVE_BYTES_MAX)));
	const importable = [...contents].filter(([path]) => isImportable(path));
	const files = importable.map(([path, content]) => {
		// A copy, as each of these is a piece of the whole archive; of what is too large, enough to see that.
		const kept = Buffer.from(content.subarray(0, FILE_BYTES_MAX + 1));
		return [`/${path}`, async () => asText(kept)] as const;
	});
	return { files: new Map(files), refused: new Map(), cutOff: false };
}

/** What to type, so that each archive with this ending is in a folder of its own. */
export function unpackCommand(dir: string, ending: string): string {
	const [here, folder] = [/^[\w./@+-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", "'\\''")}'`, `"\${f%.${ending}}"`];
	const unpack = /^zip$/i.test(ending) ? `unzip -d ${folder} "$f"` : `mkdir ${folder} && tar -xf "$f" -C ${folder}`;
	// None of the names in it, which others have chosen.
	return `for f in ${here}/*.${ending}; do ${unpack}; done`;
}
