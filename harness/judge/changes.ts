import type { Finding } from "./compare.ts";

/** What is known of an earlier attempt's findings. */
export type Known = Pick<Finding, "fact" | "what">;

/** What has become of the findings since an earlier attempt, in the kernel's terms: each is what a fact is about. */
export interface Changes {
	mended: string[];
	/** Wrong, and not before; or not to be seen before, as something else was in the way. */
	fresh: string[];
	/** Wrong before and now. */
	left: string[];
}

/** Where one of these is wrong, little or nothing was played. */
const SHOWS_LESS = ["ending", "machine", "module"];

/** Compares an attempt's findings with the last one's. */
export function changesSince(before: readonly Known[], now: readonly Known[]): Changes {
	const [known, wrong] = [before, now].map((findings) => new Set(findings.map(({ fact }) => fact)));
	// A run that did not come to its end shows less, and a module that cannot be loaded nothing: what is not to be seen has
	// not been mended. Of a module that could not be loaded, nothing else was known.
	const shows = (fact: string) => wrong?.has(fact) !== true || known?.has(fact) === true;
	const cutShort = known?.has("module") === false && !SHOWS_LESS.every(shows);
	const whats = (findings: readonly Known[], keep: (fact: string) => boolean) =>
		findings.filter(({ fact }) => keep(fact)).map(({ what }) => what);
	return {
		mended: cutShort ? [] : whats(before, (fact) => wrong?.has(fact) === false),
		fresh: whats(now, (fact) => known?.has(fact) === false),
		left: whats(now, (fact) => known?.has(fact) === true),
	};
}
