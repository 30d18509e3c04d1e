import { IMAGE_LIMITS, type ImageFile, type ImageReading } from "../images.ts";
import { readArchive, replacedInside, sha256, short } from "./archives.ts";
import { readBelow } from "./below.ts";

/** Reads images that an exercise has built. */

export const MOST_FILE_BYTES = 8 << 20;

/**
 * Reads an image's directory, at most IMAGE_LIMITS.entries files; null if there is no such directory.
 * @param words words to replace in archives before they are read
 */
export function readImage(image: string, words: Words = []): ImageReading | null {
	if (readBelow(image, 0)?.info.isDirectory() !== true) return null;
	const files: ImageFile[] = [];
	collect(image, "", files, words);
	return { files };
}

/** Pairs of words of equal length: the first is replaced by the second. */
type Words = [string, string][];

function collect(image: string, path: string, files: ImageFile[], words: Words): void {
	for (const name of readBelow(`${image}/${path}`, 0)?.names ?? []) {
		if (files.length === IMAGE_LIMITS.entries) return;
		const below = path === "" ? name : `${path}/${name}`;
		const file = readFile(image, below, files, words);
		files.push(file);
		if (file.kind === "directory") collect(image, below, files, words);
	}
}

function readFile(image: string, path: string, before: readonly ImageFile[], words: Words): ImageFile {
	const found = readBelow(`${image}/${path}`, MOST_FILE_BYTES);
	const nothing = { path: short(path), size: found?.info.size ?? 0, sha256: "", document: null, archive: null };
	if (found?.info.isDirectory()) return { ...nothing, kind: "directory" };
	if (!found?.info.isFile()) return { ...nothing, kind: "other" };
	if (found.info.size > MOST_FILE_BYTES) return { ...nothing, kind: "file" };
	const { content } = found;
	const digest = sha256(content);
	const isDocument = /^\s*\{/.test(content.toString("latin1", 0, 64));
	const documents = before.filter(({ document }) => document !== null).length;
	const isTold = isDocument && content.length <= IMAGE_LIMITS.documentChars && documents < IMAGE_LIMITS.documents;
	return {
		...nothing,
		kind: "file",
		size: content.length,
		sha256: digest,
		document: isTold ? content.toString() : null,
		archive: isDocument || !path.startsWith("blobs/") ? null : readArchive(...withWords(content, digest, words)),
	};
}

function withWords(blob: Buffer, digest: string, words: Words): [blob: Buffer, digest: string] {
	const other = replacedInside(blob, words);
	return other === blob ? [blob, digest] : [other, sha256(other)];
}
