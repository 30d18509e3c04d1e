import { drawMounts } from "../../drawings/mounts.ts";
import { mountsOf } from "../../views/mounts.ts";
import { mountsInWords } from "../../views/mounts-in-words.ts";
import type { Painter } from "./painter.ts";

/** What is mounted where, on the host and in the container, and what hides what. */
export const mounts: Painter = {
	name: "mounts",
	title: "Mounts",
	paint(past) {
		const picture = mountsOf(past);
		return {
			latestChange: picture.latestChange,
			inWords: mountsInWords(picture).join("\n"),
			draw: (sheet) => drawMounts(picture, sheet),
		};
	},
};
