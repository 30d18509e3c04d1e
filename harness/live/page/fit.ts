/** The smallest font size of a pane, as a part of the usual size. */
const SMALLEST = 0.5;
/** How many sizes between the smallest and the largest are tried. */
const STEPS = 5;

/** What the font size of each element was last adapted to. */
const fitted = new WeakMap<HTMLElement, string>();

/** Whether the page scrolls, as on a phone: there, panes are as high as what is in them. */
export const pageScrolls = (): boolean => matchMedia("(max-width: 60rem)").matches;

/**
 * Gives an element the largest font size with which everything in it fits, by its style `--fit`. If the contents do not
 * fit even in the smallest size, the size is the usual one, and the element is scrolled. If the page scrolls, tries the
 * usual size first.
 * @param largest the largest font size, as a multiple of the usual one
 */
export function fitFontSize(element: HTMLElement, largest: number): void {
	const { fontSize } = getComputedStyle(document.documentElement);
	const now = [largest, fontSize, element.clientWidth, element.clientHeight, element.textContent].join();
	if (fitted.get(element) === now) return;
	fitted.set(element, now);
	const fits = (size: number) => {
		element.style.setProperty("--fit", String(size));
		return element.scrollHeight <= element.clientHeight + 1 && element.scrollWidth <= element.clientWidth + 1;
	};
	if (fits(pageScrolls() ? 1 : largest)) return;
	let [small, large] = [SMALLEST, largest];
	for (let step = 0; step < STEPS; step++) {
		const middle = (small + large) / 2;
		if (fits(middle)) small = middle;
		else large = middle;
	}
	if (!fits(small)) element.style.setProperty("--fit", "1");
}
