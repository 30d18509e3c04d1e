import { drawNetwork } from "../../drawings/network.ts";
import { networkOf } from "../../views/network.ts";
import { networkInWords } from "../../views/network-in-words.ts";
import type { Painter } from "./painter.ts";

/** Network namespaces, the veth pairs between them, and the path of a packet to a published port. */
export const network: Painter = {
	name: "network",
	title: "Network",
	isRead: ({ host }) => host.networks !== null,
	paint(past) {
		const picture = networkOf(past);
		return {
			latestChange: picture.latestChange,
			inWords: networkInWords(picture).join("\n"),
			draw: (sheet) => drawNetwork(picture, sheet),
		};
	},
};
