import { type AnyNode, parse } from "acorn";

/** Names of local variables in minified code have at most this many letters. */
const SHORT_CHARS = 3;
/** The fields of a node that hold the name of a property, or of something that a module exports. */
const PROPERTIES = new Set(["key", "property", "exported", "imported"]);

/**
 * Replaces the short names of variables and of private fields in minified code by numbers: the name that appears first
 * becomes 0, the next one 1. A minifier gives the shortest names to those variables that are used most, so one more use
 * of one variable may change the names of all.
 * @param code a module that esbuild has minified
 * @returns a text to compare or hash, but not a program
 */
export function withNumberedNames(code: string): string {
	const numbers = new Map<string, number>();
	const edits: { start: number; end: number; text: string }[] = [];
	const visit = (node: AnyNode, isPropertyName: boolean) => {
		if (node.type === "Identifier" || node.type === "PrivateIdentifier") {
			const name = code.slice(node.start, node.end);
			const isPrivate = node.type === "PrivateIdentifier";
			if ((isPropertyName && !isPrivate) || node.name.length > SHORT_CHARS) return;
			const number = numbers.get(name) ?? numbers.size;
			numbers.set(name, number);
			edits.push({ start: node.start, end: node.end, text: isPrivate ? `##${number}` : `#${number}` });
			return;
		}
		const isComputed = "computed" in node && node.computed;
		const isShorthand = "shorthand" in node && node.shorthand;
		for (const field in node) {
			const value = node[field as keyof AnyNode] as unknown;
			if (typeof value !== "object" || (field === "key" && isShorthand)) continue;
			// A minifier does not shorten the names of properties.
			const holdsPropertyName = !isComputed && PROPERTIES.has(field);
			for (const child of Array.isArray(value) ? value : [value])
				if (typeof child === "object" && child !== null && "type" in child) visit(child, holdsPropertyName);
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
