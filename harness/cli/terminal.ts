import type { Style } from "../grade/report.ts";

/** How to write to standard output: in colour only to a terminal that wants it. @see https://no-color.org */
export function style(): Style {
	const { NO_COLOR, TERM } = process.env;
	const color = process.stdout.isTTY === true && !NO_COLOR && TERM !== "dumb";
	return { width: Math.min(process.stdout.columns ?? 80, 100), color };
}

/** A stretch of time as a person would say it. */
export function duration(ms: number): string {
	const minutes = Math.round(ms / 60_000);
	if (minutes < 60) return minutes === 0 ? "< 1 min" : `${minutes} min`;
	return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** Writes one JSON document to standard output. */
export function printJson(document: unknown): void {
	process.stdout.write(`${JSON.stringify(document, null, "\t")}\n`);
}
