import * as v from "valibot";
import { count, digest, list, text } from "./bounded.ts";

/** What the agent reads of an image that an exercise has built: files, and archives in them. See image-layout.md. */

/** The longest path that is told, and the longest document. */
export const IMAGE_LIMITS = { pathChars: 256, documentChars: 1 << 14, entries: 128, documents: 8 } as const;

const path = v.pipe(v.string(), v.maxLength(IMAGE_LIMITS.pathChars));

/** One entry of a tar archive. */
export const ArchiveMember = v.object({
	/** Without `/` or `./` in front, and without `/` at the end. */
	path,
	kind: v.picklist(["file", "directory", "symlink", "hardlink", "other"]),
	mode: count,
	uid: count,
	gid: count,
	/** Where a link leads, as the archive says it. */
	target: path,
	/** Of a file's content. */
	sha256: digest,
});

export const Archive = v.object({
	compression: v.picklist(["none", "gzip", "zstd"]),
	/** Of the archive when it is not compressed; empty when it could not be read. */
	sha256: digest,
	members: list(ArchiveMember),
	/** Two empty blocks follow the last entry, and nothing but zeros follows them. */
	ends: v.boolean(),
	/** Why it could not be read to its end, or empty. */
	problem: text,
});

export const ImageFile = v.object({
	/** Below the image's directory. */
	path,
	kind: v.picklist(["file", "directory", "other"]),
	size: count,
	/** Of its content; empty for a directory, and for a file that is too large to be read. */
	sha256: digest,
	/** All of a short file that begins like a JSON object; null for others. */
	document: v.nullable(v.pipe(v.string(), v.maxLength(IMAGE_LIMITS.documentChars))),
	/** A file below blobs/ that is no such document; null for others. */
	archive: v.nullable(Archive),
});

/** All that is in an image's directory. */
export const ImageReading = v.object({ files: list(ImageFile) });

export type ArchiveMember = v.InferOutput<typeof ArchiveMember>;
export type Archive = v.InferOutput<typeof Archive>;
export type ImageFile = v.InferOutput<typeof ImageFile>;
export type ImageReading = v.InferOutput<typeof ImageReading>;
