import { drawIdentity } from "../../drawings/identity.ts";
import { identityOf } from "../../views/identity.ts";
import { identityInWords } from "../../views/identity-in-words.ts";
import type { Painter } from "./painter.ts";

/** The id maps of a user namespace, and who is who on both sides. */
export const identity: Painter = {
	name: "identity",
	title: "Identity",
	isRead: ({ shells }) => Object.values(shells).some((shell) => shell?.identity != null),
	paint(past) {
		const picture = identityOf(past);
		return {
			latestChange: picture.latestChange,
			inWords: identityInWords(picture).join("\n"),
			draw: (sheet) => drawIdentity(picture, sheet),
		};
	},
};
