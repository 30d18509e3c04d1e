import type { Drawing } from "../../drawings/shapes.ts";
import type { Sheet } from "../../drawings/sheet.ts";
import type { KernelState } from "../../events.ts";
import type { Past, Picture } from "../../views/past.ts";
import { sinceStep } from "../../views/since-step.ts";

/** One of the page's views: it makes a picture of what was seen. */
export interface Painter {
	/** The name by which a demo asks for the view. */
	name: string;
	/** Title of the view's tab: two words at most. */
	title: string;
	/**
	 * Whether the moment contains the additional readings that this view needs. The guest makes them only for demos that
	 * ask for the view.
	 */
	isRead?(view: KernelState): boolean;
	/**
	 * Makes the picture of the last moment of the past.
	 * @param stepFromMs when the step began that has just been done: if the step has changed nothing, the sentence says
	 * that the latest change is older. Null while no step has just been done.
	 */
	paint(past: Past, stepFromMs: number | null): Painting;
}

export interface Painting {
	/** What has just changed, in one sentence, which is also in the drawing; empty if nothing has. */
	latestChange: string;
	/** The whole picture in words, for readers who do not see it. */
	inWords: string;
	/** Draws it. The page may call this several times, with sheets of other widths. */
	draw(sheet: Sheet): Drawing;
}

/** Joins the functions of a view. A view whose readings are always there has no `isRead`. */
export function painterOf<P extends Picture>(
	name: string,
	title: string,
	pictureOf: (past: Past) => P,
	inWords: (picture: P) => string[],
	drawOn: (picture: P, sheet: Sheet) => Drawing,
	isRead?: Painter["isRead"],
): Painter {
	const paint = (past: Past, stepFromMs: number | null): Painting => {
		const picture = sinceStep(pictureOf, past, stepFromMs);
		return {
			latestChange: picture.latestChange,
			inWords: inWords(picture).join("\n"),
			draw: (sheet) => drawOn(picture, sheet),
		};
	};
	return { name, title, paint, ...(isRead && { isRead }) };
}
