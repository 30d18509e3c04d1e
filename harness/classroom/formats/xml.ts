/** An element of an XML document. A value is a text of any characters but those that XML cannot hold: see harmless.ts. */
export interface Element {
	name: string;
	attributes: Record<string, string | number>;
	/** Elements, or one text. */
	content: Element[] | string;
}

/** An element; without content unless some is given. */
export function element(name: string, attributes: Element["attributes"], content: Element["content"] = []): Element {
	return { name, attributes, content };
}

/** A document with this root: an element a line, indented by two spaces a level. A text is written as it is. */
export function xmlDocument(root: Element): string {
	return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, "")}\n`;
}

function written({ name, attributes, content }: Element, indent: string): string {
	const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(`${value}`, '"')}"`);
	const head = `${indent}<${name}${pairs.join("")}`;
	if (content.length === 0) return `${head}/>`;
	if (typeof content === "string") return `${head}>${escaped(content)}</${name}>`;
	const lines = content.map((child) => written(child, `${indent}  `));
	return `${head}>\n${lines.join("\n")}\n${indent}</${name}>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// A ">" is escaped, too: "]]>" may not stand in a text.
function escaped(text: string, quote = ""): string {
	return text.replaceAll(new RegExp(`[&<>${quote}]`, "g"), (character) => ENTITIES[character] ?? character);
}
