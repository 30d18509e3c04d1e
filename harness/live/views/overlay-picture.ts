/**
 * What a layer holds at a path; empty for nothing. Anything but a directory or a whiteout is a `file` in a lower layer.
 * In the upper layer it is `copied up` if it covers what a lower layer has at this path, and `new` otherwise. `opaque`
 * is a directory that hides what the lower layers have in it.
 */
export type Cell = "" | "file" | "directory" | "new" | "copied up" | "whiteout" | "opaque";

/** A path, and what each layer holds there. */
export interface PathRow {
	path: string;
	/** What each lower layer holds, the topmost first. */
	lower: Cell[];
	upper: Cell;
	/** The layer whose entry is visible: `upper`, or the index of a lower layer; null if none is. */
	from: "upper" | number | null;
	/** Size of the file in the upper layer, in bytes; 0 if there is none. */
	size: number;
}

/** One overlay, as a table with a row for each path and a column for each layer. */
export interface OverlayPicture {
	/** The overlay's device number, as in a mount table. */
	device: string;
	/** Where it is mounted, such as "/root/merged". */
	merged: string[];
	/** The paths of the lower layers, the topmost first. */
	lower: string[];
	/** The path of the upper layer; null if there is none, so that nothing can be written. */
	upper: string | null;
	/** The directory that the kernel works in while it changes the upper layer; empty if it is not known. */
	work: string;
	rows: PathRow[];
	/** The paths of the rows that have just changed. */
	changedPaths: string[];
	/** The overlay has more paths than these rows. */
	isTruncated: boolean;
}
