import { isJudged, type Judgement, type Late, type Scoring } from "./result.ts";

/** Computes points from what a run earned, from the points that the class gives for the lesson, and from the late rule. */

/** What is taken off the points of late submissions. */
export interface LateRule {
	/** For each day after the grace time, also for a day that has only begun. */
	percentPerDay: number;
	/** At most this much is taken off, however late the submission is. */
	percentMax: number;
	/**
	 * Nothing is taken off, and the submission is not late, until this long after the deadline. Does not count if only the
	 * platform says that the submission is late.
	 */
	graceMinutes: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * The points for one lesson; null if it could not be judged, which must not count as zero points.
 * @param weight the class's points for the lesson
 * @param late null: nobody knows whether the submission came late, so nothing is taken off
 */
export function pointsOf(
	{ status, groups }: Pick<Judgement, "status" | "groups">,
	weight: number,
	scoring: Scoring,
	late: Late | null,
): number | null {
	if (!isJudged({ status })) return null;
	const [earned, max] = [sumOf(groups, "points"), sumOf(groups, "pointsMax")];
	const share =
		status === "pass" ? 1 : status === "missing" || scoring === "all-or-nothing" || max === 0 ? 0 : earned / max;
	return Math.round(weight * share * (100 - (late?.percentOff ?? 0))) / 100;
}

const sumOf = (groups: Judgement["groups"], key: "points" | "pointsMax") =>
	groups.reduce((sum, group) => sum + group[key], 0);

/**
 * Whether a submission came late, and what is taken off.
 * @param when what is known: its time in milliseconds since 1970, and whether the learning platform calls it late
 * @param deadlineMs null: there is none
 * @param rule null: nothing is taken off
 * @returns null: the platform does not say whether the submission came late, and there is no deadline, or no time
 */
export function latenessOf(
	when: { submittedMs: number | null; isLate: boolean | null },
	deadlineMs: number | null,
	rule: LateRule | null,
): Late | null {
	const { submittedMs, isLate } = when;
	if (submittedMs !== null && deadlineMs !== null) {
		const afterMs = submittedMs - deadlineMs;
		const minutes = Math.max(0, Math.ceil(afterMs / MINUTE_MS));
		const days = Math.max(0, Math.ceil((afterMs - (rule?.graceMinutes ?? 0) * MINUTE_MS) / DAY_MS));
		return { isLate: days > 0, minutes, percentOff: percentOff(days, rule) };
	}
	// The platform does not say how late the submission is, so the percentage for one day is taken off.
	return isLate === null ? null : { isLate, minutes: null, percentOff: percentOff(isLate ? 1 : 0, rule) };
}

const percentOff = (days: number, rule: LateRule | null) =>
	rule === null ? 0 : Math.min(rule.percentMax, days * rule.percentPerDay);
