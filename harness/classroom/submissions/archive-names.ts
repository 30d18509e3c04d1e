/** Archives, by their file names. What is in a file decides how it is read: see archives.ts. */

/** Largest archive that is read. */
export const ARCHIVE_BYTES_MAX = 32 << 20;

/** Names of archives that drydock can read: the owner's name with an ending. */
const READABLE = /^(.+)\.(tar\.gz|tgz|tar|zip)$/i;
/** Names of other archives. */
const UNREADABLE = /^(.+?)\.(7z|rar|tar\.\w+|tbz2?|txz|gz|bz2|xz|zst|lzma|jar|iso)$/i;

/** The owner of an archive by its file name, and whether it can be read; null if the name is not an archive's. */
export function parseArchiveName(name: string): { owner: string; ending: string; isReadable: boolean } | null {
	const isReadable = READABLE.test(name);
	const [, owner, ending] = (isReadable ? READABLE : UNREADABLE).exec(name) ?? [];
	return owner === undefined || ending === undefined ? null : { owner, ending, isReadable };
}

/** By the ending: a command that unpacks the archive `$f` into a folder. */
const UNPACKERS: readonly (readonly [RegExp, (folder: string) => string])[] = [
	[/^zip$|^jar$/i, (folder) => `unzip -d ${folder} "$f"`],
	[/^(7z|rar|iso)$/i, (folder) => `7z x -o${folder} "$f"`],
	[/^(gz|bz2|xz|zst|lzma)$/i, (folder) => `mkdir ${folder} && (cd ${folder} && 7z x "../\${f##*/}")`],
	[/./, (folder) => `mkdir ${folder} && tar -xf "$f" -C ${folder}`],
];

/** A shell command that unpacks each archive with this ending in the folder `dir` into a folder of its own. */
export function unpackCommand(dir: string, ending: string): string {
	const quotedDir = /^[\w./@+-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", "'\\''")}'`;
	const [, unpack] = UNPACKERS.find(([endings]) => endings.test(ending)) ?? [];
	// The command does not contain the archives' names: others chose them, and they could contain shell syntax.
	return `for f in ${quotedDir}/*.${ending}; do ${unpack?.(`"\${f%.${ending}}"`)}; done`;
}
