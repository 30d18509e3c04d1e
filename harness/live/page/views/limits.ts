import { drawLimits } from "../../drawings/limits.ts";
import { limitsOf } from "../../views/limits.ts";
import { limitsInWords } from "../../views/limits-in-words.ts";
import type { Painter } from "./painter.ts";

/** What cgroups use, their limits, and what the kernel did at a limit. */
export const limits: Painter = {
	name: "limits",
	title: "Limits",
	isRead: ({ host }) => host.memory !== null,
	paint(past) {
		const picture = limitsOf(past);
		return {
			latestChange: picture.latestChange,
			inWords: limitsInWords(picture).join("\n"),
			draw: (sheet) => drawLimits(picture, sheet),
		};
	},
};
