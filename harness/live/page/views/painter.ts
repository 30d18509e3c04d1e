import type { Past } from "../../views/seen.ts";

/** One of the page's views: it makes a picture of what was seen. */
export interface Painter {
	/** In the page's address, and in a demo's list of views. */
	name: string;
	/** Two words at most: it stands on a tab. */
	title: string;
	/** Paints the past's last moment. What is shown is text or SVG with a text beside it, for screen readers. */
	paint(past: Past): { said: string; body: Element };
}
