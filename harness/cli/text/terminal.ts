import { plainWanted } from "../../base/plain.ts";
import type { Style } from "../../base/text-layout.ts";

const WIDTH_MAX = 100;

/**
 * How to write to standard output. FORCE_COLOR decides about colour. If it is not set, only a terminal that supports
 * colour gets it, and only if NO_COLOR is not set. Plain text has no colour in any case.
 */
export function outputStyle(): Style {
	const plain = plainWanted();
	const color = !plain && wantsColor();
	const hyperlinks = color && process.stdout.isTTY === true;
	return { width: Math.min(process.stdout.columns || 80, WIDTH_MAX), color, plain, hyperlinks };
}

function wantsColor(): boolean {
	const { FORCE_COLOR, NO_COLOR, TERM } = process.env;
	if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
	return process.stdout.isTTY === true && !NO_COLOR && TERM !== "dumb";
}

/** Formats a duration for people. */
export function duration(ms: number): string {
	const minutes = Math.round(ms / 60_000);
	if (minutes < 60) return minutes === 0 ? "< 1 min" : `${minutes} min`;
	return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** Writes one JSON document to standard output. */
export function printJson(document: unknown): void {
	process.stdout.write(`${JSON.stringify(document, null, "\t")}\n`);
}
