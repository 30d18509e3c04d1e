import { distance } from "fastest-levenshtein";
import { Failure } from "../base/failure.ts";
import { sectionOf, shownPage, titleOf } from "./manual.ts";

/** Finds the manual pages that a user means, and suggests others where there is none. */

// System calls first, because the lessons are about them. Then overviews, files, programs, and the C library.
const SECTIONS = ["2", "7", "5", "8", "1", "4", "3"];

const KERNEL_DOCS = "https://docs.kernel.org";

/**
 * Documents that lessons name and that are no manual pages: where each one is, and the command that shows something to
 * read offline.
 */
const TEXTS: ReadonlyMap<string, { of: string; at: string; next: string }> = new Map([
	[
		"overlayfs",
		{
			of: "the kernel's own documentation",
			at: `${KERNEL_DOCS}/filesystems/overlayfs.html`,
			next: "npx drydock man mount.8",
		},
	],
	[
		"cgroup-v2",
		{
			of: "the kernel's own documentation",
			at: `${KERNEL_DOCS}/admin-guide/cgroup-v2.html`,
			next: "npx drydock man cgroups.7",
		},
	],
	[
		"pax",
		{
			of: "POSIX",
			at: "https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html",
			next: "npx drydock read 09",
		},
	],
]);

/**
 * The pages that match, the likeliest first.
 * @param words as typed: `pivot_root.2`, `2 pivot_root`, `pivot_root(2)`, or without a section
 */
export function findPages(words: readonly string[], pages: readonly string[]): string[] {
	const { name, section } = wanted(words);
	return pages
		.filter((page) => titleOf(page) === name && (section === undefined || sectionOf(page).startsWith(section)))
		.sort((a, b) => rank(a) - rank(b));
}

/** The three pages whose names are nearest to the typed one. */
export function nearestPages(words: readonly string[], pages: readonly string[]): string[] {
	const { name } = wanted(words);
	const far = Math.max(2, name.length / 3);
	const near = pages.map((page) => ({ page, letters: lettersApart(name, titleOf(page)) }));
	// Hardly anybody mistypes the first letter and another letter, too: a page with another first letter may differ in
	// that letter only.
	return near
		.filter(({ page, letters }) => letters <= (page[0] === name[0] ? far : 1))
		.sort((a, b) => a.letters - b.letters || rank(a.page) - rank(b.page))
		.slice(0, 3)
		.map(({ page }) => page);
}

/** The error for a name that has no page: says where the document is, or names the nearest pages. */
export function unknownPage(words: readonly string[], pages: readonly string[]): Failure {
	const near = nearestPages(words, pages);
	const { name } = wanted(words);
	const elsewhere = TEXTS.get(name);
	if (elsewhere !== undefined) {
		const text = `${name} has no manual page here: it is in ${elsewhere.of},\n${elsewhere.at}`;
		return new Failure("usage", text, elsewhere.next);
	}
	const message = `there is no manual page ${JSON.stringify(words.join(" "))}`;
	if (near.length === 0) return new Failure("usage", message, "npx drydock man namespaces.7");
	return new Failure(
		"usage",
		`${message}; the nearest: ${near.map(shownPage).join(", ")}`,
		`npx drydock man ${near[0]}`,
	);
}

function wanted(words: readonly string[]): { name: string; section?: string } {
	const [first = "", second] = words;
	if (second !== undefined)
		return /^\d/.test(first) ? { name: second, section: first } : { name: first, section: second };
	const [, name, section] = /^(.+?)(?:\.(\d\w*)|\((\d\w*)\))$/.exec(first)?.filter((part) => part !== undefined) ?? [];
	return name === undefined || section === undefined ? { name: first } : { name, section };
}

// Names that differ only in hyphens, underscores and case count as the same.
const lettersApart = (a: string, b: string) =>
	a.replaceAll(/[-_]/g, "").toLowerCase() === b.replaceAll(/[-_]/g, "").toLowerCase() ? 0 : distance(a, b);

function rank(page: string): number {
	const at = SECTIONS.indexOf(sectionOf(page));
	return at === -1 ? SECTIONS.length : at;
}
