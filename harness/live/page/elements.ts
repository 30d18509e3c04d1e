type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined>;

const SVG = "http://www.w3.org/2000/svg";

/** Makes an HTML element. An attribute that is false, null or undefined is left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
	tag: Tag,
	attributes: Attributes = {},
	...children: Child[]
): HTMLElementTagNameMap[Tag] {
	return complete(document.createElement(tag), attributes, children);
}

/** Makes a button. @param onClick called when it is pressed */
export function button(text: string, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
	const element = h("button", { type: "button", ...attributes }, text);
	element.addEventListener("click", onClick);
	return element;
}

/** Makes an element of an SVG picture. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
	tag: Tag,
	attributes: Attributes = {},
	...children: Child[]
): SVGElementTagNameMap[Tag] {
	return complete(document.createElementNS(SVG, tag), attributes, children);
}

function complete<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
	for (const [name, value] of Object.entries(attributes))
		if (value !== false && value !== null && value !== undefined)
			element.setAttribute(name, value === true ? "" : String(value));
	element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

/** An element of index.html. */
export const elementById = (id: string): HTMLElement => document.getElementById(id) ?? h("div");

/**
 * Replaces what is in an element, unless the new content is the same. If a button had the focus, the new button in its
 * place gets the focus.
 */
export function replaceContent(element: HTMLElement, ...content: Node[]): void {
	const fresh = element.cloneNode() as HTMLElement;
	fresh.append(...content);
	if (fresh.innerHTML === element.innerHTML) return;
	const focused = [...element.querySelectorAll("button")].indexOf(document.activeElement as HTMLButtonElement);
	element.replaceChildren(...fresh.childNodes);
	if (focused !== -1) element.querySelectorAll("button")[focused]?.focus();
}
