import { relative } from "node:path";

/** How a file is called in what a person reads: from here, where that is shorter. */
export function nameOf(path: string): string {
	const near = relative(".", path) || ".";
	return near.startsWith("..") ? path : near;
}
