/** The lesson's text. It is read together: a follower's page shows the paragraph that the presenter's page shows. */
export class LessonText {
	#scrolling = false;
	/**
	 * How far `show` has scrolled, until the scroll event that follows. If the event comes at another place, the user has
	 * scrolled too: the browser tells of both in one event.
	 */
	#shownTop: number | null = null;

	/** @param onScroll called with the index of the first paragraph that can be seen, after the user has scrolled */
	constructor(
		private readonly element: HTMLElement,
		onScroll: (paragraph: number) => void,
	) {
		element.addEventListener("scroll", () => {
			const isShown = element.scrollTop === this.#shownTop;
			this.#shownTop = null;
			if (isShown || this.#scrolling || element.hidden) return;
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
		if (this.element.scrollTop !== scrollTop) this.#shownTop = this.element.scrollTop;
	}

	get #firstSeen(): number {
		const { top } = this.element.getBoundingClientRect();
		const seen = [...this.element.children].findIndex((child) => child.getBoundingClientRect().bottom > top + 1);
		return Math.max(0, seen);
	}
}
