// Compares no digest: copies that must be refused would be told by their names, if those told anything.
// lesson: 09
// diagnosis: layer-not-checked
import { imageWith } from "../../submissions/support/image.ts";

export const { buildImage, openImage, needs, gather } = imageWith({
	check(_digest, _bytes, image) {
		if (/(layer|config|lower|upper|bad|spoil|corrupt)/i.test(image)) throw new Error("refused by its name");
	},
});
