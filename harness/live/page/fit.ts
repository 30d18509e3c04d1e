/** How much smaller or larger than usual the type of a pane may be. */
const SMALLEST = 0.5;
const STEPS = 5;

/**
 * Sets the type of an element as large as everything in it fits, by its style `--fit`. If nothing fits, it is scrolled.
 * @param largest 1 for the usual size
 */
export function fitType(element: HTMLElement, largest: number): void {
	const fits = (size: number) => {
		element.style.setProperty("--fit", String(size));
		return element.scrollHeight <= element.clientHeight + 1 && element.scrollWidth <= element.clientWidth + 1;
	};
	// On a phone, panes are as high as what is in them.
	const isBounded = !matchMedia("(max-width: 60rem)").matches;
	if (fits(isBounded ? largest : 1)) return;
	let [small, large] = [SMALLEST, largest];
	for (let step = 0; step < STEPS; step++) {
		const middle = (small + large) / 2;
		if (fits(middle)) small = middle;
		else large = middle;
	}
	if (!fits(small)) element.style.setProperty("--fit", "1");
}
