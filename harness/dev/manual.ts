import { readFile } from "node:fs/promises";
import { inKit } from "../kit.ts";

const PAGE = /(?<![\w.-])[A-Za-z_][\w.+-]*\([1-8](?:const)?\)/g;

/** The manual pages that a text names, such as `mount_namespaces(7)`. */
export function pagesIn(text: string): string[] {
	return [...new Set(text.match(PAGE) ?? [])];
}

/** All manual pages that there are: those of the packages in man-pages.txt. */
export async function manualPages(): Promise<Set<string>> {
	const text = await readFile(inKit("harness/dev/man-pages.txt"), "utf8");
	const pages = new Set<string>();
	let section = "";
	for (const line of text.split("\n").filter((line) => !line.startsWith("#"))) {
		const head = /^\[(\d\w*)\]$/.exec(line)?.[1];
		if (head !== undefined) section = head;
		else for (const name of line.split(" ").filter(Boolean)) pages.add(`${name}(${section})`);
	}
	return pages;
}
