/**
 * Splits a command line of sh(1) into one command a line, at the semicolons between commands. Quotes, parentheses and
 * braces stay whole. The lines joined by a space are the command line again.
 */
export function commandLines(line: string): string[] {
	const lines: string[] = [];
	let [start, depth, quote] = [0, 0, ""];
	for (let at = 0; at < line.length; at++) {
		const character = line.charAt(at);
		if (character === "\\" && quote !== "'") at++;
		else if (quote !== "") quote = character === quote ? "" : quote;
		else if (character === "'" || character === '"') quote = character;
		else if (character === "(" || character === "{") depth++;
		else if (character === ")" || character === "}") depth--;
		else if (character === ";" && depth === 0 && line.charAt(at + 1) === " ") {
			lines.push(line.slice(start, at + 1));
			start = at + 2;
		}
	}
	return [...lines, line.slice(start)].filter((part) => part !== "");
}

/** Splits a word that is longer than a line: a path after its slashes, and JSON after its commas and colons. */
export const piecesOf = (word: string): string[] => word.split(/(?<=\/)(?=.)|(?<=[,:])(?=["[{])/);
