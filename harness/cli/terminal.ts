import type { Style } from "../grade/page.ts";

/** How to write to standard output: in colour only to a terminal that wants it. @see https://no-color.org */
export function style(): Style {
	const { NO_COLOR, TERM } = process.env;
	const color = process.stdout.isTTY === true && !NO_COLOR && TERM !== "dumb";
	return { width: Math.min(process.stdout.columns ?? 80, 100), color };
}

/** Writes one JSON document to standard output. */
export function printJson(document: unknown): void {
	process.stdout.write(`${JSON.stringify(document, null, "\t")}\n`);
}
