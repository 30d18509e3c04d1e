import { Chalk, type ChalkInstance } from "chalk";
import MarkdownIt, { type Token } from "markdown-it";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import type { Style } from "../../base/text-layout.ts";
import { inlineText } from "./markdown/inline.ts";
import { tableLines } from "./markdown/table.ts";

/** Colours a block of code by its language's grammar. The number of lines must stay the same. */
export type Highlight = (code: string, language: string) => string;

/**
 * Renders Markdown for a terminal. Without colour, headings and code within a line keep their Markdown signs.
 * @param highlight see markdown/highlight.ts; without it, code has no colours
 */
export function renderMarkdown(source: string, style: Style, highlight: Highlight = (code) => code): string {
	// `html` lets the parser tell comments from text. Comments are left out.
	const tokens = new MarkdownIt({ html: true }).parse(source, {});
	return `${new Renderer(style, highlight).render(tokens)}\n`;
}

/** What is written before the lines of a list item or of a quotation. */
interface Margin {
	/** Written before the first line. Null once it is written, or if the first line has the same margin as the rest. */
	first: string | null;
	rest: string;
}

const WIDTH_MIN = 16;

class Renderer {
	readonly #style: Style;
	readonly #highlight: Highlight;
	readonly #chalk: ChalkInstance;
	readonly #lines: string[] = [];
	readonly #margins: Margin[] = [];
	// One entry for each open list: the number of its next item, or null for a list with bullets.
	readonly #lists: (number | null)[] = [];

	constructor(style: Style, highlight: Highlight) {
		this.#style = style;
		this.#highlight = highlight;
		this.#chalk = new Chalk({ level: style.color ? 1 : 0 });
	}

	render(tokens: Token[]): string {
		for (let index = 0; index < tokens.length; index++) {
			const token = tokens[index];
			if (token === undefined) continue;
			if (token.type === "table_open") {
				const end = tokens.findIndex((other, at) => at > index && other.type === "table_close");
				this.#table(tokens.slice(index, end));
				index = end;
			} else this.#block(token, tokens[index - 1]);
		}
		return this.#lines.join("\n").replace(/^\n+/, "").trimEnd();
	}

	#block(token: Token, before: Token | undefined): void {
		switch (token.type) {
			case "inline":
				if (before?.type === "heading_open") this.#heading(before, this.#inline(token));
				else this.#paragraph(this.#inline(token));
				break;
			case "paragraph_close":
				// The items of a list without blank lines stay together.
				if (!token.hidden) this.#gap();
				break;
			case "fence":
			case "code_block":
				this.#code(token);
				break;
			case "bullet_list_open":
				this.#lists.push(null);
				break;
			case "ordered_list_open":
				this.#lists.push(Number(token.attrGet("start") ?? 1));
				break;
			case "bullet_list_close":
			case "ordered_list_close":
				this.#lists.pop();
				this.#gap();
				break;
			case "list_item_open":
				this.#margins.push(this.#item());
				break;
			case "blockquote_open":
				this.#gap();
				this.#margins.push({ first: null, rest: this.#chalk.dim(this.#style.color ? "│ " : "> ") });
				break;
			case "list_item_close":
			case "blockquote_close":
				this.#margins.pop();
				break;
			case "hr":
				this.#gap();
				this.#write([this.#chalk.dim((this.#style.plain ? "-" : "─").repeat(this.#room))]);
				this.#gap();
				break;
			default:
		}
	}

	#heading({ tag, markup }: Token, text: string): void {
		const { bold } = this.#chalk;
		this.#gap();
		this.#paragraph(this.#style.color ? (tag === "h1" ? bold.underline(text) : bold(text)) : `${markup} ${text}`);
		this.#gap();
	}

	#item(): Margin {
		const number = this.#lists.at(-1);
		if (typeof number !== "number") return { first: this.#style.plain ? "- " : "• ", rest: "  " };
		this.#lists[this.#lists.length - 1] = number + 1;
		const first = `${number}. `;
		return { first, rest: " ".repeat(first.length) };
	}

	#paragraph(text: string): void {
		this.#write(wrapAnsi(text, this.#room).split("\n"));
	}

	#code({ info, content }: Token): void {
		const code = content.trimEnd();
		const language = code.startsWith("$ ") ? "console" : (info.split(" ")[0] ?? "");
		this.#gap();
		this.#write(
			this.#highlight(code, language)
				.split("\n")
				.map((line) => `  ${line}`),
		);
		this.#gap();
	}

	#table(tokens: readonly Token[]): void {
		const rows: string[][] = [];
		for (const token of tokens) {
			if (token.type === "tr_open") rows.push([]);
			if (token.type === "inline") rows.at(-1)?.push(this.#inline(token));
		}
		this.#gap();
		this.#write(tableLines(rows, { ...this.#style, width: this.#room }, this.#chalk));
		this.#gap();
	}

	#inline(token: Token): string {
		return inlineText(token, this.#style, this.#chalk);
	}

	/** Columns between the margins and the terminal's edge. */
	get #room(): number {
		const taken = this.#margins.reduce((sum, { rest }) => sum + stringWidth(rest), 0);
		return Math.max(WIDTH_MIN, this.#style.width - taken);
	}

	#write(lines: readonly string[]): void {
		for (const line of lines) {
			const margins = this.#margins.map((margin) => {
				const text = margin.first ?? margin.rest;
				margin.first = null;
				return text;
			});
			this.#lines.push((margins.join("") + line).trimEnd());
		}
	}

	/** Adds an empty line, unless the last line is empty already. */
	#gap(): void {
		if (this.#lines.at(-1) !== "") this.#lines.push("");
	}
}
