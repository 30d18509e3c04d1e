import type { ChalkInstance } from "chalk";
import type { Token } from "markdown-it";
import type { Style } from "../../../base/text-layout.ts";

/** The text of one paragraph, heading or cell, with its emphasis, code and links; not wrapped yet. */
export function inlineText({ children }: Token, style: Style, chalk: ChalkInstance): string {
	const open: ((text: string) => string)[] = [];
	const styled = (text: string) => open.reduceRight((inner, apply) => apply(inner), text);
	const link = { target: "", text: "" };
	const parts = (children ?? []).map((child): string => {
		link.text += child.content;
		switch (child.type) {
			case "text":
				return styled(child.content);
			case "code_inline":
				return styled(style.color ? chalk.cyan(child.content) : `\`${child.content}\``);
			case "strong_open":
				open.push((text) => chalk.bold(text));
				return "";
			case "em_open":
				open.push((text) => chalk.italic(text));
				return "";
			case "link_open":
				link.target = child.attrGet("href") ?? "";
				link.text = "";
				open.push((text) => hyperlink(chalk.underline(text), link.target, style));
				return "";
			case "link_close":
				open.pop();
				return targetNote(link.target, link.text, chalk);
			case "strong_close":
			case "em_close":
				open.pop();
				return "";
			case "softbreak":
				return " ";
			case "hardbreak":
				return "\n";
			case "html_inline":
				return "";
			default:
				return child.content;
		}
	});
	return parts.join("");
}

// The note after a link's text: the command that shows the lesson to which the link leads, or the link's target. Empty
// if the link stays in the same text, or if the text is the target already.
function targetNote(target: string, text: string, chalk: ChalkInstance): string {
	const lesson = /(?:^|\/)(\d\d)-[a-z\d-]+\/(?:README\.md)?(?:#.*)?$/.exec(target)?.[1];
	if (lesson !== undefined) return chalk.dim(` (npx drydock read ${lesson})`);
	return target.startsWith("#") || target === text ? "" : chalk.dim(` (${target})`);
}

// Makes a hyperlink with OSC 8. Terminals that do not know OSC 8 ignore it.
function hyperlink(text: string, target: string, { hyperlinks }: Style): string {
	if (!hyperlinks || !/^https?:/.test(target)) return text;
	return `\u001b]8;;${target}\u0007${text}\u001b]8;;\u0007`;
}
