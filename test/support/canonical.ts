import { type AnyNode, parse } from "acorn";

/** Names of local variables in minified code have at most this many letters. */
const SHORT_CHARS = 3;

/**
 * Numbers the short names of variables and of private fields in minified code by their first appearance. A minifier
 * gives the shortest names to those that are used most, so one more use of one variable may change the names of all.
 * @param code a module that esbuild has minified
 * @returns a text to compare or hash, which is no program
 */
export function withNumberedNames(code: string): string {
	const numbers = new Map<string, number>();
	const edits: { start: number; end: number; text: string }[] = [];
	const visit = (node: AnyNode, isName: boolean) => {
		if (node.type === "Identifier" || node.type === "PrivateIdentifier") {
			const name = code.slice(node.start, node.end);
			const isPrivate = node.type === "PrivateIdentifier";
			if ((isName && !isPrivate) || node.name.length > SHORT_CHARS) return;
			const number = numbers.get(name) ?? numbers.size;
			numbers.set(name, number);
			edits.push({ start: node.start, end: node.end, text: isPrivate ? `##${number}` : `#${number}` });
			return;
		}
		for (const [field, value] of Object.entries(node)) {
			// Names of properties are not shortened.
			const isProperty =
				["key", "property", "exported", "imported"].includes(field) && !("computed" in node && node.computed);
			if (field === "key" && "shorthand" in node && node.shorthand) continue;
			for (const child of [value].flat())
				if (typeof child === "object" && child !== null && "type" in child) visit(child as AnyNode, isProperty);
		}
	};
	visit(parse(code, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true }), false);
	let [text, from] = ["", 0];
	for (const edit of edits.sort((one, other) => one.start - other.start)) {
		text += code.slice(from, edit.start) + edit.text;
		from = edit.end;
	}
	return text + code.slice(from);
}
