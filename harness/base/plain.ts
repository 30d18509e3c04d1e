import type { ChalkInstance } from "chalk";

/**
 * Whether the user wants plain text. `--plain` sets DRYDOCK_PLAIN, so that processes that drydock starts know it, too.
 */
export function plainWanted(): boolean {
	const { DRYDOCK_PLAIN } = process.env;
	return DRYDOCK_PLAIN !== undefined && DRYDOCK_PLAIN !== "" && DRYDOCK_PLAIN !== "0";
}

const MARKS = {
	passed: { symbol: "✓", color: "green", word: "passed" },
	current: { symbol: "›", color: "yellow", word: "current" },
	good: { symbol: "✓", color: "green", word: "good" },
	warn: { symbol: "!", color: "yellow", word: "warning" },
	bad: { symbol: "✗", color: "red", word: "bad" },
	missing: { symbol: "-", color: "red", word: "not handed in" },
	unknown: { symbol: "?", color: "yellow", word: "not judged" },
	// Of a demo that was rehearsed, or of a proof by `drydock dev check`.
	holds: { symbol: "✓", color: "green", word: "holds" },
	broken: { symbol: "✗", color: "red", word: "does not hold" },
} as const;

/** The mark at the beginning of a line: a coloured symbol, or in plain text the word for the symbol. */
export function statusMark(status: keyof typeof MARKS, chalk: ChalkInstance, plain = false): string {
	const { symbol, color, word } = MARKS[status];
	return plain ? `${word}:` : chalk[color](symbol);
}
