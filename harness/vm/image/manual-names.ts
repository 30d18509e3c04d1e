import { distance } from "fastest-levenshtein";
import { Failure } from "../../base/failure.ts";
import { citedPage, pageSection, titleOf } from "./manual.ts";

/** Finds the manual pages that a user means, and suggests others where there is none. */

// System calls first, because the lessons are about them. Then overviews, files, programs, devices, and the C library.
const SECTIONS = ["2", "7", "5", "8", "1", "4", "3"];

const KERNEL_DOCS = "https://docs.kernel.org";

/**
 * Documents that lessons name and that are not manual pages: where each one is, and the command that shows something to
 * read offline.
 */
const DOCUMENTS_ELSEWHERE: ReadonlyMap<string, { source: string; url: string; next: string }> = new Map([
	[
		"overlayfs",
		{
			source: "the kernel's own documentation",
			url: `${KERNEL_DOCS}/filesystems/overlayfs.html`,
			next: "npx drydock read 07",
		},
	],
	[
		"cgroup-v2",
		{
			source: "the kernel's own documentation",
			url: `${KERNEL_DOCS}/admin-guide/cgroup-v2.html`,
			next: "npx drydock read 06",
		},
	],
	[
		"image-spec",
		{
			source: "the OCI image specification",
			url: "https://github.com/opencontainers/image-spec/blob/main/spec.md",
			next: "npx drydock read 09",
		},
	],
	[
		"pax",
		{
			source: "POSIX",
			url: "https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html",
			next: "npx drydock read 09",
		},
	],
]);

/**
 * The pages that match, the likeliest first.
 * @param words as typed: `pivot_root.2`, `2 pivot_root`, `pivot_root(2)`, or without a section
 */
export function findPages(words: readonly string[], pages: readonly string[]): string[] {
	const { name, section } = parseWords(words);
	return pages
		.filter((page) => titleOf(page) === name && (section === undefined || pageSection(page).startsWith(section)))
		.sort((a, b) => sectionRank(a) - sectionRank(b));
}

/** At most three pages, whose names are nearest to the typed one. */
export function nearestPages(words: readonly string[], pages: readonly string[]): string[] {
	const { name } = parseWords(words);
	const far = Math.max(2, name.length / 3);
	const near = pages.map((page) => ({ page, letters: nameDistance(name, titleOf(page)) }));
	// Hardly anybody mistypes both the first letter and another one. So a page with another first letter may differ by
	// one letter only.
	return near
		.filter(({ page, letters }) => letters <= (page[0] === name[0] ? far : 1))
		.sort((a, b) => a.letters - b.letters || sectionRank(a.page) - sectionRank(b.page))
		.slice(0, 3)
		.map(({ page }) => page);
}

/** The error for a name that has no page: says where the document is, or names the nearest pages. */
export function unknownPage(words: readonly string[], pages: readonly string[]): Failure {
	const near = nearestPages(words, pages);
	const { name } = parseWords(words);
	const document = DOCUMENTS_ELSEWHERE.get(name);
	if (document !== undefined) {
		const text = `${name} has no manual page here: it is in ${document.source},\n${document.url}`;
		return new Failure("usage", text, document.next);
	}
	const message = `there is no manual page ${JSON.stringify(words.join(" "))}`;
	if (near.length === 0) return new Failure("usage", message, "npx drydock man namespaces.7");
	return new Failure(
		"usage",
		`${message}; the nearest: ${near.map(citedPage).join(", ")}`,
		`npx drydock man ${near[0]}`,
	);
}

function parseWords(words: readonly string[]): { name: string; section?: string } {
	const [first = "", second] = words;
	if (second !== undefined)
		return /^\d/.test(first) ? { name: second, section: first } : { name: first, section: second };
	const [, name, section] = /^(.+?)(?:\.(\d\w*)|\((\d\w*)\))$/.exec(first)?.filter((part) => part !== undefined) ?? [];
	return name === undefined || section === undefined ? { name: first } : { name, section };
}

// Names that differ only in hyphens, underscores and case count as the same.
const nameDistance = (a: string, b: string) =>
	a.replaceAll(/[-_]/g, "").toLowerCase() === b.replaceAll(/[-_]/g, "").toLowerCase() ? 0 : distance(a, b);

function sectionRank(page: string): number {
	const at = SECTIONS.indexOf(pageSection(page));
	return at === -1 ? SECTIONS.length : at;
}
