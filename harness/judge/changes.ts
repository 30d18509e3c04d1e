import type { Finding } from "./compare.ts";

/** The part of an earlier attempt's findings that is remembered. */
export type RememberedFinding = Pick<Finding, "fact" | "what">;

/** What changed since an earlier attempt. Each entry is the `what` of a finding. */
export interface Changes {
	fixed: string[];
	/** Wrong now, and not reported before: it was right before, or another mistake hid it. */
	newlyWrong: string[];
	/** Wrong before and now. */
	stillWrong: string[];
}

/** If one of these facts is wrong, the run ended early or did not begin. */
const FACTS_OF_EARLY_END = ["ending", "machine", "module"];

/** Compares an attempt's findings with the last one's. */
export function changesSince(before: readonly RememberedFinding[], now: readonly RememberedFinding[]): Changes {
	const [known, wrong] = [before, now].map((findings) => new Set(findings.map(({ fact }) => fact)));
	// A run that ended early shows fewer facts, and a module that cannot be loaded shows none. A fact that this attempt
	// cannot show is not fixed. But if the earlier attempt could not load the module, that was its only finding, and
	// it is fixed.
	const shows = (fact: string) => wrong?.has(fact) !== true || known?.has(fact) === true;
	const cutShort = known?.has("module") === false && !FACTS_OF_EARLY_END.every(shows);
	const whats = (findings: readonly RememberedFinding[], keep: (fact: string) => boolean) =>
		findings.filter(({ fact }) => keep(fact)).map(({ what }) => what);
	return {
		fixed: cutShort ? [] : whats(before, (fact) => wrong?.has(fact) === false),
		newlyWrong: whats(now, (fact) => known?.has(fact) === false),
		stillWrong: whats(now, (fact) => known?.has(fact) === true),
	};
}
