import { relative } from "node:path";

/** A file's path in texts for a person: relative if the file is below the current directory. */
export function shownPath(path: string): string {
	const shown = relative(".", path) || ".";
	return shown.startsWith("..") ? path : shown;
}
