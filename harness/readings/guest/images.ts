import { IMAGE_LIMITS } from "../image-limits.ts";
import type { ImageFile, ImageReading } from "../images.ts";
import { type Replacements, readArchive, replacedInside, sha256, shortPath } from "./archives.ts";
import { readHarbourFile } from "./harbour-files.ts";

/** Reads images that an exercise has built. */

/** Of larger files, a reading has only the path and the size. */
export const IMAGE_FILE_BYTES_MAX = 8 << 20;

/**
 * Reads an image's directory, at most IMAGE_LIMITS.entries files; null if there is no such directory.
 * @param replacements words to replace in archives before they are read
 */
export function readImage(image: string, replacements: Replacements = []): ImageReading | null {
	if (readHarbourFile(image, 0)?.info.isDirectory() !== true) return null;
	const files: ImageFile[] = [];
	collect(image, "", files, replacements);
	return { files };
}

function collect(image: string, path: string, files: ImageFile[], replacements: Replacements): void {
	for (const name of readHarbourFile(`${image}/${path}`, 0)?.names ?? []) {
		if (files.length === IMAGE_LIMITS.entries) return;
		const below = path === "" ? name : `${path}/${name}`;
		const file = readFile(image, below, files, replacements);
		files.push(file);
		if (file.kind === "directory") collect(image, below, files, replacements);
	}
}

function readFile(image: string, path: string, earlier: readonly ImageFile[], replacements: Replacements): ImageFile {
	// At first without the content: of a large file, only the size is kept.
	const place = `${image}/${path}`;
	const info = readHarbourFile(place, 0)?.info;
	const isSmall = info?.isFile() === true && info.size <= IMAGE_FILE_BYTES_MAX;
	const found = isSmall ? readHarbourFile(place, IMAGE_FILE_BYTES_MAX) : undefined;
	const nothing = { path: shortPath(path), size: info?.size ?? 0, sha256: "", document: null, archive: null };
	if (info?.isDirectory()) return { ...nothing, kind: "directory" };
	if (!info?.isFile()) return { ...nothing, kind: "other" };
	if (!found?.info.isFile()) return { ...nothing, kind: "file" };
	const { content } = found;
	const digest = sha256(content);
	const isDocument = /^\s*\{/.test(content.toString("latin1", 0, 64));
	const documents = earlier.filter(({ document }) => document !== null).length;
	const isShort = isDocument && content.length <= IMAGE_LIMITS.documentChars && documents < IMAGE_LIMITS.documents;
	return {
		...nothing,
		kind: "file",
		size: content.length,
		sha256: digest,
		document: isShort ? content.toString() : null,
		archive:
			isDocument || !path.startsWith("blobs/") ? null : readArchive(...withReplacements(content, digest, replacements)),
	};
}

function withReplacements(blob: Buffer, digest: string, replacements: Replacements): [blob: Buffer, digest: string] {
	const changed = replacedInside(blob, replacements);
	return changed === blob ? [blob, digest] : [changed, sha256(changed)];
}
