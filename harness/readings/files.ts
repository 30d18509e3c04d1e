import * as v from "valibot";
import { count, device, digest, list, record, text } from "./bounded-schemas.ts";
import type { Subject } from "./subject.ts";

/** One file or directory. */
export const Entry = v.object({
	/** Relative to the tree's top, which is `.`. */
	path: text,
	kind: v.picklist(["file", "directory", "symlink", "char", "block", "fifo", "socket"]),
	/**
	 * The inode's number, and the time of its last change (ctime). They show that a file was changed and changed back.
	 */
	inode: v.optional(count, 0),
	changedMs: v.optional(v.number(), 0),
	/** Permission bits. */
	mode: count,
	uid: count,
	gid: count,
	size: count,
	/** The device number of a device file; 0:0 is an overlay's whiteout. */
	device,
	/** The digest of a regular file's content (its first MiB, if it is larger); empty for everything else. */
	sha256: digest,
	/** The first bytes of a file's content, or the target of a symbolic link; empty for everything else. */
	text: v.pipe(v.string(), v.maxLength(1024)),
	/** Whether an overlay hides what lower layers have at this directory. See overlayfs in the kernel's documentation. */
	opaque: v.boolean(),
});
export type Entry = v.InferOutput<typeof Entry>;

const host = {
	/** The entries of each watched directory, at most 512, by its path; null if there is no such directory. */
	trees: record(text, v.nullable(list(Entry))),
};
const process = {
	/** The files in its root that the run asks for, by path; null if there is no such file. */
	files: record(text, v.nullable(Entry)),
	/**
	 * The entries of each directory of its root that the run asks for, at most 512, by path; null if there is no such
	 * directory.
	 */
	rootTrees: v.optional(record(text, v.nullable(list(Entry))), {}),
};

export interface FilesRequest {
	/** Directories of the host to read with what is in them. */
	watch?: string[];
	/** Files in a command's root, by paths relative to the root. */
	inRoot?: string[];
	/** Directories in a command's root to read with what is in them, by paths relative to the root. */
	treesInRoot?: string[];
}

export const files: Subject<typeof host, typeof process> = {
	host,
	process,
};
