import { drawLayers } from "../../drawings/layers.ts";
import { layersOf } from "../../views/layers.ts";
import { layersInWords } from "../../views/layers-in-words.ts";
import type { Painter } from "./painter.ts";

/** An overlay's layers: what each of them holds, and what is visible of it. */
export const layers: Painter = {
	name: "layers",
	title: "Layers",
	isRead: ({ host }) => host.layers !== null,
	paint(past) {
		const picture = layersOf(past);
		return {
			latestChange: picture.latestChange,
			inWords: layersInWords(picture).join("\n"),
			draw: (sheet) => drawLayers(picture, sheet),
		};
	},
};
