import { classKey } from "../../harness/classroom/grading/shard.ts";
import type { ClassReport, Judgement, Result, Status } from "../../harness/classroom/results/result.ts";

const LESSONS = [
	{ id: "02-unshare", title: "02 · A hostname", weight: 10 },
	{ id: "04-pivot-root", title: "04 · A root", weight: 15 },
];

/** A result of a lesson, as the grader would give it. @param more fields that replace those of such a result */
export function resultOf(lesson: string, status: Status, more: Partial<Result> = {}): Result {
	return {
		lesson,
		file: status === "missing" ? null : `${lesson}/module.ts`,
		sameAs: null,
		note: null,
		sketch: null,
		points: status === "error" || status === "unsupported" ? null : status === "pass" ? weightOf(lesson) : 0,
		...judgementOf(status),
		...more,
	};
}

/** A judgement with this status, and with a finding if the status is `fail`. */
export function judgementOf(status: Status): Judgement {
	const why = {
		pass: null,
		fail: null,
		missing: "nothing is there",
		error: "the disk was full",
		unsupported: "no QEMU",
	};
	const finding = {
		...{ what: "the command's UTS namespace", shows: "the host's", should: "new", diagnosis: "uts-shared" },
		...{ why: "both have one hostname", try: "Call unshare.", read: ["unshare(2)"] },
	};
	return {
		...{ status, reason: why[status], finding: status === "fail" ? finding : null, others: [] },
		...{ line: status === "fail" ? 7 : null, drawn: {}, output: "", groups: [], durationMs: 1_234 },
	};
}

const weightOf = (lesson: string) => LESSONS.find(({ id }) => id === lesson)?.weight ?? 10;

/**
 * A report on a class with lessons 02 and 04, which are worth 10 and 15 points.
 * @param outcomes each submission's status in the two lessons, by the submission's name
 * @param more fields that replace those of such a report
 */
export function reportOn(outcomes: Record<string, [Status, Status]>, more: Partial<ClassReport> = {}): ClassReport {
	const submissions = Object.entries(outcomes).map(([name, [two, four]]) => ({
		...{ name, id: null, late: null },
		results: [resultOf("02-unshare", two), resultOf("04-pivot-root", four)],
	}));
	return {
		...{
			schemaVersion: 2,
			kit: "kit",
			class: { key: classKey(Object.keys(outcomes)), submissions: submissions.length },
		},
		shard: { index: 1, of: 1 },
		// Copies: some tests change them.
		lessons: LESSONS.map((lesson) => ({ ...lesson })),
		...{ scoring: "groups", visibility: "visible", similar: [], warnings: [] },
		submissions,
		durationMs: 5_678,
		...more,
	};
}
