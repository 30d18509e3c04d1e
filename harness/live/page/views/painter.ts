import type { Answers } from "../../events.ts";
import type { Past } from "../../views/seen.ts";

/** One of the page's views: it makes a picture of what was seen. */
export interface Painter {
	/** In the page's address, and in a demo's list of views. */
	name: string;
	/** Two words at most: it stands on a tab. */
	title: string;
	/** Whether what it shows beside what is always read was read: only in a demo that is about it. */
	isRead?(view: Answers): boolean;
	/** Paints the past's last moment. What is shown is text or SVG with a text beside it, for screen readers. */
	paint(past: Past): { said: string; body: Element };
}
