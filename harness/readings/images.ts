import * as v from "valibot";
import { count, digest, list, text } from "./bounded-schemas.ts";
import { IMAGE_LIMITS } from "./image-limits.ts";

/**
 * What the agent reads of an OCI image that an exercise has built: its files, and the archives in them. See
 * image-layout.md in the OCI's image specification.
 */

const path = v.pipe(v.string(), v.maxLength(IMAGE_LIMITS.pathChars));

/** One entry of a tar archive. */
export const ArchiveMember = v.object({
	/** Without `/` or `./` at the beginning, and without `/` at the end. */
	path,
	kind: v.picklist(["file", "directory", "symlink", "hardlink", "other"]),
	mode: count,
	uid: count,
	gid: count,
	/** A link's target, as the archive has it. */
	target: path,
	/** The digest of the content. */
	sha256: digest,
});

export const Archive = v.object({
	compression: v.picklist(["none", "gzip", "zstd"]),
	/** The digest of the uncompressed archive; empty if the archive could not be uncompressed. */
	sha256: digest,
	members: list(ArchiveMember),
	/** Whether two empty blocks follow the last entry, and nothing but zeros follows them. */
	ends: v.boolean(),
	/** Why the archive could not be read to its end; otherwise empty. */
	problem: text,
});

export const ImageFile = v.object({
	/** Relative to the image's directory. */
	path,
	kind: v.picklist(["file", "directory", "other"]),
	size: count,
	/** The digest of a regular file's content; empty for everything else, and for a file that is too large to be read. */
	sha256: digest,
	/**
	 * The content of a short file that begins like a JSON object; otherwise null. Only the first IMAGE_LIMITS.documents
	 * of an image have their content here.
	 */
	document: v.nullable(v.pipe(v.string(), v.maxLength(IMAGE_LIMITS.documentChars))),
	/**
	 * A file below blobs/ that does not begin like a JSON object, read as an archive. Null for every other file, and for
	 * a file that is too large to be read.
	 */
	archive: v.nullable(Archive),
});

/** The entries of an image's directory, at most IMAGE_LIMITS.entries. */
export const ImageReading = v.object({ files: list(ImageFile) });

export type ArchiveMember = v.InferOutput<typeof ArchiveMember>;
export type Archive = v.InferOutput<typeof Archive>;
export type ImageFile = v.InferOutput<typeof ImageFile>;
export type ImageReading = v.InferOutput<typeof ImageReading>;
