import MarkdownIt from "markdown-it";

/** Something in a text that should be written differently. */
export interface Fault {
	line: number;
	message: string;
}

/** A longer sentence mostly has more than one idea. Code in backticks counts as one word. */
const MAX_WORDS = 35;
const WORD = /[\p{L}\p{N}](?:\S*[\p{L}\p{N}])?/gu;

/** Phrases that this project does not use, and what to write instead. Forbidden words are `flagWords` in package.json. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
	[/\btop(?:most)? layer\b/i, "upperdir"],
	[/\bbottom(?:most)? layer\b/i, "lowerdir"],
	// "Who writes 0 to cgroup.procs, joins." reads like a question.
	[/^Who(?:m|se)?\b(?=.*[^?]$)/, 'a noun, such as "a process that"'],
];

// Any text may follow, not only a capital letter: a sentence may begin with the name drydock.
const SENTENCE_END = /(?<=[.?!]["”)]?)(?=\s)/;
// Notes in a table are not sentences. They end with a semicolon.
const NOTE_END = /(?<=[.?!;]["”)]?)(?=\s)/;

/** Finds long sentences, and phrases that this project does not use, in everything except headings and code. */
export function faultsOf(markdown: string): Fault[] {
	return blocksOf(markdown).flatMap(({ line, text, inTable }) => {
		let nextLine = line;
		return text.split(inTable ? NOTE_END : SENTENCE_END).flatMap((piece) => {
			const sentence = piece.trimStart();
			const startLine = nextLine + lineEnds(piece.slice(0, piece.length - sentence.length));
			nextLine += lineEnds(piece);
			return messagesOn(sentence.replaceAll("\n", " ")).map((message) => ({ line: startLine, message }));
		});
	});
}

function messagesOn(sentence: string): string[] {
	const words = sentence.match(WORD)?.length ?? 0;
	return [
		...(words > MAX_WORDS ? [`${words} words in one sentence, ${MAX_WORDS} at most: ${sentence.slice(0, 60)} …`] : []),
		...PHRASES.flatMap(([phrase, instead]) => {
			const [found] = phrase.exec(sentence) ?? [];
			return found === undefined ? [] : [`instead of "${found}", write ${instead}`];
		}),
	];
}

/** Paragraphs, list items and cells of tables, without markup. */
function blocksOf(markdown: string): { line: number; text: string; inTable: boolean }[] {
	let [line, before] = [0, ""];
	return new MarkdownIt().parse(markdown, {}).flatMap(({ type, map, children }) => {
		// A cell has no line, but its row has one.
		line = map?.[0] ?? line;
		const parent = before;
		before = type;
		if (type !== "inline" || parent === "heading_open") return [];
		const text = (children ?? []).map(({ type, content }) => {
			if (type === "code_inline") return "CODE";
			return type === "softbreak" || type === "hardbreak" ? "\n" : type === "text" ? content : "";
		});
		return [{ line: line + 1, text: text.join(""), inTable: parent === "td_open" || parent === "th_open" }];
	});
}

const lineEnds = (text: string): number => text.split("\n").length - 1;
