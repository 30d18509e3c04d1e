import { drawNamespaces } from "../../drawings/namespaces.ts";
import { namespacesOf } from "../../views/namespaces.ts";
import { namespacesInWords } from "../../views/namespaces-in-words.ts";
import type { Painter } from "./painter.ts";

/** Which namespaces each process is in, and who shares them. */
export const namespaces: Painter = {
	name: "namespaces",
	title: "Namespaces",
	paint(past) {
		const picture = namespacesOf(past);
		return {
			latestChange: picture.latestChange,
			inWords: namespacesInWords(picture).join("\n"),
			draw: (sheet) => drawNamespaces(picture, sheet),
		};
	},
};
