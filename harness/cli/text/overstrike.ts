import { Chalk } from "chalk";

// A letter that is struck twice is bold. A letter on top of an underscore is underlined. A letter can be both.
// biome-ignore lint/suspicious/noControlCharactersInRegex: a backspace is what strikes twice
const STRUCK = /(?:_\u0008)?(?:(.)\u0008)?(.)/gu;

/**
 * Replaces letters that a typewriter would strike twice by bold and underlined ones; without colour, by plain ones.
 * @see grotty(1), "Legacy output format"
 */
export function withoutOverstrike(text: string, color: boolean): string {
	if (!text.includes("\b")) return text;
	const chalk = new Chalk({ level: color ? 1 : 0 });
	return text
		.split("\n")
		.map((line) => {
			if (!line.includes("\b")) return line;
			return runsOf(line)
				.map(({ letters, bold, underlined }) => {
					const styled = bold ? chalk.bold(letters) : letters;
					return underlined ? chalk.underline(styled) : styled;
				})
				.join("");
		})
		.join("\n");
}

interface Run {
	letters: string;
	bold: boolean;
	underlined: boolean;
}

// Joins neighbouring letters that look the same. That saves nine tenths of the escape sequences.
function runsOf(line: string): Run[] {
	const runs: Run[] = [];
	for (const [all, under, letter = ""] of line.matchAll(STRUCK)) {
		const run = { letters: letter, bold: under === letter, underlined: all.startsWith("_\b") && under !== "_" };
		const last = runs.at(-1);
		if (last?.bold === run.bold && last.underlined === run.underlined) last.letters += letter;
		else runs.push(run);
	}
	return runs;
}
