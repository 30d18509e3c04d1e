/**
 * Reads a point in time such as `2026-11-30T23:59:00+01:00`, in milliseconds since 1970. Without a time zone, it would
 * mean something else on every computer, so that is NaN.
 */
export function parseTimeMs(text: string): number {
	return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|[+-]\d\d:?\d\d)$/i.test(text)
		? Date.parse(text.replace(" ", "T").replace(" ", ""))
		: Number.NaN;
}
