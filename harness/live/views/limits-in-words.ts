import type { LimitsPicture } from "./limits.ts";

/** What each cgroup uses and what happened at its limits, as lines of text. Ends with the latest change, if any. */
export function limitsInWords({ groups, latestChange }: LimitsPicture): string[] {
	const lines = groups.flatMap(({ name, charts }) => [
		`${name}${charts.length === 0 ? ": no limits" : ":"}`,
		...charts.map(({ resource, amountText, mostText, eventText }) =>
			[`  ${resource}: ${amountText}`, mostText, eventText].filter((text) => text !== "").join("; "),
		),
	]);
	return [...lines, ...(latestChange === "" ? [] : [latestChange])];
}
