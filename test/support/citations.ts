import MarkdownIt from "markdown-it";
import { pagesIn } from "../../harness/dev/manual-pages.ts";
import type { Check, Explanation } from "../../harness/judge/check.ts";
import { rulesOf } from "../../harness/judge/common.ts";
import { endingExplanations } from "../../harness/judge/endings.ts";

/**
 * Finds the places on manual pages that texts and explanations cite, and the cited places that a page does not have.
 * All functions are pure.
 */

/** A place on a manual page, such as `mount(2), ERRORS`. */
export interface Citation {
	/** Name and section, such as `mount(2)`. */
	page: string;
	/** Headings, and terms that begin a paragraph. */
	places: string[];
}

const PAGE_ALONE = /^[\w.+-]+\([1-8]\w*\)$/;
// Texts write `page(2)`, HEADING: or `page(2)`, "Heading".
const IN_TEXT = /`([\w.+-]+\([1-8]\w*\))`, (?:"([^"]+)"|([A-Z/][^`"|:.;,]*?)\s*(?=[|:.;,]|$))/gm;

/** The place that an entry of an explanation's `see` names; undefined if it names no manual page. */
export function citationIn(see: string): Citation | undefined {
	const [page = "", ...places] = see.split(", ");
	// Options of a program are named without commas between them.
	return PAGE_ALONE.test(page) ? { page, places: places.flatMap((place) => place.split(/ (?=--)/)) } : undefined;
}

/** The places on manual pages that a lesson's text or hints name. */
export function citationsInText(markdown: string): Citation[] {
	const blocks = new MarkdownIt().parse(markdown, {}).filter(({ type }) => type === "inline");
	return blocks.flatMap(({ content }) =>
		[...content.replaceAll("\n", " ").matchAll(IN_TEXT)].map(([, page = "", quoted, heading = ""]) => ({
			page,
			places: [quoted ?? heading],
		})),
	);
}

/** Those places that no line of the page begins with. @param page the page's formatted text */
export function missingPlaces(places: readonly string[], page: string): string[] {
	const lines = page.split("\n").map((line) => line.trim());
	return places.filter((place) => !lines.some((line) => beginsWith(line, place)));
}

function beginsWith(line: string, place: string): boolean {
	const next = line[place.length] ?? "";
	return line.startsWith(place) && !/[\w-]/.test(next);
}

/** All explanations that a lesson's report can show, except those of faults before the run. */
export function explanationsOf(check: Check): Explanation[] {
	const rules = rulesOf(check);
	return [...rules.flatMap(({ explain }) => explain), ...check.exceptions, ...endingExplanations(check)];
}

const FLAG = /\b(?:CLONE|MS|MNT|SIG|CAP|PT|DT|O)_[A-Z]+\b/g;
const KERNEL_FILE = /\/proc\/sys\/[\w/]*\w/g;

/** The flags and kernel settings that an explanation names: readers look for them on the pages that it cites. */
export function thingsNamedIn({ why, try: tryThis }: Explanation): string[] {
	// The text of a function contains the sentences that the function returns.
	const text = `${typeof why === "string" ? why : why.toString()} ${tryThis}`;
	const files = (text.match(KERNEL_FILE) ?? []).map((path) => path.slice(path.lastIndexOf("/") + 1));
	return [...new Set([...(text.match(FLAG) ?? []), ...files])];
}

/**
 * Says that a reader who follows an explanation's citations finds nothing of what the explanation names.
 * @param textOf returns the text of a manual page
 * @returns a sentence; null if a cited page has one of the things that the explanation names, if the explanation names
 * nothing, or if it cites no page
 */
export function nothingFound(explanation: Explanation, textOf: (page: string) => string): string | null {
	const things = thingsNamedIn(explanation);
	const pages = explanation.see.flatMap(pagesIn);
	if (things.length === 0 || pages.length === 0) return null;
	const found = pages.some((page) => things.some((thing) => new RegExp(`\\b${thing}\\b`).test(textOf(page))));
	return found ? null : `${things.join(", ")} is on none of ${pages.join(", ")}`;
}
