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

/**
 * Compares the findings of an attempt with those of an earlier attempt.
 * @param before the earlier attempt's findings
 */
export function changesSince(before: readonly RememberedFinding[], now: readonly RememberedFinding[]): Changes {
	const [wrongBefore, wrongNow] = [before, now].map((findings) => new Set(findings.map(({ fact }) => fact)));
	// A run that ended early shows fewer facts, and a module that cannot be loaded shows none. So if only this attempt
	// ended early, no fact counts as fixed: perhaps this attempt could not show it. One finding can be fixed even then:
	// that the earlier attempt could not load the module.
	const isNotNew = (fact: string) => wrongNow?.has(fact) !== true || wrongBefore?.has(fact) === true;
	const cutShort = wrongBefore?.has("module") === false && !FACTS_OF_EARLY_END.every(isNotNew);
	const whats = (findings: readonly RememberedFinding[], keep: (fact: string) => boolean) =>
		findings.filter(({ fact }) => keep(fact)).map(({ what }) => what);
	return {
		fixed: cutShort ? [] : whats(before, (fact) => wrongNow?.has(fact) === false),
		newlyWrong: whats(now, (fact) => wrongBefore?.has(fact) === false),
		stillWrong: whats(now, (fact) => wrongBefore?.has(fact) === true),
	};
}
