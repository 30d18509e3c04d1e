/** What a layer has of a path, in a word. */
export type Cell = "" | "file" | "directory" | "new" | "copied up" | "whiteout" | "opaque";

/** A path, and what each layer has of it. */
export interface Row {
	path: string;
	/** The topmost lower layer first. */
	lower: Cell[];
	upper: Cell;
	/** Which layer shows through: `upper`, the number of a lower one, or none. */
	from: "upper" | number | null;
	/** Of the file in upper, in bytes. */
	size: number;
}

/** One overlay, as a table: a row a path, a column a layer. */
export interface Overlay {
	device: string;
	/** Where it is seen, such as "/root/merged". */
	merged: string[];
	lower: string[];
	/** Null where nothing can be written. */
	upper: string | null;
	rows: Row[];
	/** The paths that have become others since the last change. */
	news: string[];
	/** There are more rows than these. */
	more: boolean;
}
