import type { KernelState } from "../../events.ts";
import type { Past } from "../../views/past.ts";

/** One of the page's views: it makes a picture of what was seen. */
export interface Painter {
	/** The name by which a demo asks for the view. */
	name: string;
	/** Title of the view's tab: two words at most. */
	title: string;
	/**
	 * Whether the moment contains what this view needs in addition to what is always read. That is read only for demos
	 * that ask for the view.
	 */
	isRead?(view: KernelState): boolean;
	/** Paints the last moment of the past: as text, or as SVG with a text beside it for screen readers. */
	paint(past: Past): { latestChange: string; body: Element };
}
