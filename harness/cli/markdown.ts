import { Chalk, type ChalkInstance } from "chalk";
import MarkdownIt, { type Token } from "markdown-it";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import type { Style } from "../grade/page.ts";

/** Renders Markdown for a terminal of this width: what lessons use of it, which is headings, prose, lists, code and tables. */
export function renderMarkdown(source: string, style: Style): string {
	// Comments are not for readers; as HTML they are told from text.
	const tokens = new MarkdownIt({ html: true }).parse(source, {});
	return `${new Renderer(style).render(tokens)}\n`;
}

const COLUMN_MIN = 8;

class Renderer {
	readonly #style: Style;
	readonly #chalk: ChalkInstance;
	readonly #out: string[] = [];
	// One entry for each list that is open: the number of its next item, or null where it has bullets.
	readonly #lists: (number | null)[] = [];
	#marker = "";

	constructor(style: Style) {
		this.#style = style;
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
		return this.#out
			.join("\n")
			.replaceAll(/\n{3,}/g, "\n\n")
			.trim();
	}

	#block(token: Token, before: Token | undefined): void {
		switch (token.type) {
			case "inline":
				if (before?.type === "heading_open") this.#out.push("", this.#heading(before.tag, this.#inline(token)), "");
				else this.#paragraph(this.#inline(token));
				break;
			case "fence":
			case "code_block":
				this.#code(token.content);
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
				this.#out.push("");
				break;
			case "list_item_open":
				this.#marker = this.#nextMarker();
				break;
			case "paragraph_close":
				if (!token.hidden) this.#out.push("");
				break;
			case "hr":
				this.#out.push(this.#chalk.dim("─".repeat(this.#style.width)), "");
				break;
			default:
		}
	}

	#heading(tag: string, text: string): string {
		return tag === "h1" ? this.#chalk.bold.underline(text) : this.#chalk.bold(text);
	}

	#nextMarker(): string {
		const number = this.#lists.at(-1);
		if (number === null || number === undefined) return "• ";
		this.#lists[this.#lists.length - 1] = number + 1;
		return `${number}. `;
	}

	#paragraph(text: string): void {
		const indent = " ".repeat(this.#lists.length * 3);
		const wrapped = wrapAnsi(text, this.#style.width - indent.length).split("\n");
		for (const line of wrapped) {
			// The marker stands where the indentation of the item's first line would.
			const lead =
				this.#marker === ""
					? indent
					: indent.slice(this.#marker.length).padEnd(indent.length - this.#marker.length) + this.#marker;
			this.#out.push(lead + line);
			this.#marker = "";
		}
	}

	#code(content: string): void {
		const indent = " ".repeat(this.#lists.length * 3 + 2);
		this.#out.push("");
		for (const line of content.trimEnd().split("\n")) this.#out.push(line === "" ? "" : indent + this.#codeLine(line));
		this.#out.push("");
	}

	// What is to be typed stands out from what is printed.
	#codeLine(line: string): string {
		return /^[$#] /.test(line) ? this.#chalk.cyan(line) : line;
	}

	#inline(token: Token): string {
		let link = "";
		const open: ((text: string) => string)[] = [];
		const styled = (text: string) => open.reduceRight((inner, apply) => apply(inner), text);
		const parts = (token.children ?? []).map((child): string => {
			switch (child.type) {
				case "text":
					return styled(child.content);
				case "code_inline":
					return styled(this.#style.color ? this.#chalk.cyan(child.content) : `\`${child.content}\``);
				case "strong_open":
					open.push((text) => this.#chalk.bold(text));
					return "";
				case "em_open":
					open.push((text) => this.#chalk.italic(text));
					return "";
				case "strong_close":
				case "em_close":
					open.pop();
					return "";
				case "link_open":
					link = child.attrGet("href") ?? "";
					return "";
				case "link_close":
					return link === "" ? "" : this.#chalk.dim(` (${link})`);
				case "softbreak":
					return " ";
				case "hardbreak":
					return "\n";
				default:
					return child.content;
			}
		});
		return parts.join("");
	}

	#table(tokens: Token[]): void {
		const rows: string[][] = [];
		for (const token of tokens) {
			if (token.type === "tr_open") rows.push([]);
			if (token.type === "inline") rows.at(-1)?.push(this.#inline(token));
		}
		const columns = Math.max(...rows.map((row) => row.length));
		const natural = Array.from({ length: columns }, (_, column) =>
			Math.max(...rows.map((row) => stringWidth(row[column] ?? ""))),
		);
		// The widest column gives way, one character at a time, until the table fits.
		const widths = [...natural];
		const room = this.#style.width - 2 * (columns - 1);
		while (widths.reduce((sum, width) => sum + width, 0) > room && Math.max(...widths) > COLUMN_MIN)
			widths[widths.indexOf(Math.max(...widths))] = Math.max(...widths) - 1;
		this.#out.push("");
		for (const [index, row] of rows.entries()) {
			const cells = widths.map((width, column) => wrapAnsi(row[column] ?? "", width, { hard: true }).split("\n"));
			for (let line = 0; line < Math.max(...cells.map((cell) => cell.length)); line++) {
				const text = cells
					.map((cell, column) => padded(cell[line] ?? "", widths[column] ?? 0))
					.join("  ")
					.trimEnd();
				this.#out.push(index === 0 ? this.#chalk.bold(text) : text);
			}
			if (index === 0) this.#out.push(this.#chalk.dim(widths.map((width) => "─".repeat(width)).join("  ")));
		}
		this.#out.push("");
	}
}

const padded = (text: string, width: number) => text + " ".repeat(Math.max(0, width - stringWidth(text)));
