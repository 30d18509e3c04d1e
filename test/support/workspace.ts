import { type Attempt, EMPTY_PAGE, type Logbook, type Page } from "../../harness/logbook.ts";

/** A logbook with something on these pages. */
export function logbookWith(pages: Record<string, Partial<Page>>, selected: string | null = null): Logbook {
	const lessons = Object.entries(pages).map(([id, page]) => [id, { ...EMPTY_PAGE, ...page }]);
	return { schemaVersion: 2, selected, lessons: Object.fromEntries(lessons) };
}

/** The page of a lesson that has been passed, as it is judged today or at any other time. */
export const passedPage = (judgedBy: string | null = null): Partial<Page> => ({
	passed: { at: "2026-01-01T00:00:00.000Z", judgedBy },
	attempts: 2,
	spentMs: 14 * 60_000,
});

/** An attempt that has failed. */
export const failedAttempt = (at = "2026-01-01T00:00:00.000Z"): Attempt => ({
	at,
	verdict: "fail",
	findings: [
		{
			fact: "ns.uts",
			what: "the command's UTS namespace",
			diagnosis: "uts-shared",
			try: "Call unshare(CLONE_NEWUTS) first.",
			see: ["uts_namespaces(7)", "unshare(2)"],
		},
	],
});
