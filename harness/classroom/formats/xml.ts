/** An element of an XML document. Its texts must not contain characters that XML cannot hold: see harmless.ts. */
export interface Element {
	name: string;
	attributes: Record<string, string | number>;
	/** Elements, or one text. */
	content: Element[] | string;
}

/** Makes an element. Default: without content. */
export function element(name: string, attributes: Element["attributes"], content: Element["content"] = []): Element {
	return { name, attributes, content };
}

/** Writes a document: an element on each line, indented by two spaces for each level. Texts are not indented. */
export function xmlDocument(root: Element): string {
	return `<?xml version="1.0" encoding="UTF-8"?>\n${elementText(root, "")}\n`;
}

function elementText({ name, attributes, content }: Element, indent: string): string {
	const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(`${value}`, '"')}"`);
	const head = `${indent}<${name}${pairs.join("")}`;
	if (content.length === 0) return `${head}/>`;
	if (typeof content === "string") return `${head}>${escaped(content)}</${name}>`;
	const lines = content.map((child) => elementText(child, `${indent}  `));
	return `${head}>\n${lines.join("\n")}\n${indent}</${name}>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// Escapes ">" as well, because XML does not allow "]]>" in a text.
function escaped(text: string, quote = ""): string {
	return text.replaceAll(new RegExp(`[&<>${quote}]`, "g"), (character) => ENTITIES[character] ?? character);
}
