/** The lesson's text. It is read together: a follower's page shows the paragraph that the presenter's page shows. */
export class LessonText {
	#scrolling = false;
	/** The next scroll event comes from `show`, not from the user. */
	#isShowing = false;

	/** @param onScroll called with the index of the first paragraph that can be seen, after the user has scrolled */
	constructor(
		private readonly element: HTMLElement,
		onScroll: (paragraph: number) => void,
	) {
		element.addEventListener("scroll", () => {
			if (this.#isShowing) {
				this.#isShowing = false;
				return;
			}
			if (this.#scrolling || element.hidden) return;
			this.#scrolling = true;
			requestAnimationFrame(() => {
				this.#scrolling = false;
				onScroll(this.#firstSeen);
			});
		});
	}

	async load(): Promise<void> {
		const answer = await fetch("lesson.html");
		if (answer.ok) this.element.innerHTML = await answer.text();
	}

	/** Scrolls to a paragraph, counted from 0. */
	show(paragraph: number): void {
		if (this.element.hidden || this.#firstSeen === paragraph) return;
		const { scrollTop } = this.element;
		this.element.children[paragraph]?.scrollIntoView({ block: "start", behavior: "auto" });
		if (this.element.scrollTop !== scrollTop) this.#isShowing = true;
	}

	get #firstSeen(): number {
		const { top } = this.element.getBoundingClientRect();
		const seen = [...this.element.children].findIndex((child) => child.getBoundingClientRect().bottom > top + 1);
		return Math.max(0, seen);
	}
}
