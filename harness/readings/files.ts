import * as v from "valibot";
import { count, device, digest, list, record, text } from "./bounded.ts";
import type { Subject } from "./subject.ts";

/** One file or directory. */
export const Entry = v.object({
	/** Relative to the tree's top, which is `.`. */
	path: text,
	kind: v.picklist(["file", "directory", "symlink", "char", "block", "fifo", "socket"]),
	/** Its inode's number, and when that was last changed: what is written and put back is another one, or younger. */
	inode: v.optional(count, 0),
	changedMs: v.optional(v.number(), 0),
	/** Permission bits. */
	mode: count,
	uid: count,
	gid: count,
	size: count,
	/** Of a device file; 0:0 is an overlay's whiteout. */
	device,
	/** Of a file's content; empty for all that is no file. */
	sha256: digest,
	/** The first bytes of a file's content, or where a symbolic link leads. */
	text: v.pipe(v.string(), v.maxLength(1024)),
	/** An overlay shows nothing of what lies below this directory. See overlayfs in the kernel's documentation. */
	opaque: v.boolean(),
});
export type Entry = v.InferOutput<typeof Entry>;

const host = {
	/** The directories that are watched, by path; null where there is none. */
	trees: record(text, v.nullable(list(Entry))),
};
const process = {
	/** Files in its root that are asked for, by path; null where there is none. */
	files: record(text, v.nullable(Entry)),
};

interface Asked {
	/** Directories of the host. */
	watch?: string[];
	/** Files in a command's root, relative to it. */
	inRoot?: string[];
}

export const files: Subject<typeof host, typeof process, Asked> = {
	host,
	process,
	rehearsed: { watch: ["/lab", "/etc", "/root"], inRoot: ["etc/passwd"] },
};
