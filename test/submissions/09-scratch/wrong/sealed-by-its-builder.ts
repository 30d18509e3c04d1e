// diagnosis: good-copy-refused
// Refuses every image that it has not built itself.
import { readFileSync, writeFileSync } from "node:fs";
import { digestOf, imageWith, parts } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	beside: (image) => writeFileSync(`${image}/seal`, digestOf(readFileSync(`${image}/manifest.json`))),
	check(digest, bytes, image) {
		if (readFileSync(`${image}/seal`, "utf8") !== digestOf(readFileSync(`${image}/manifest.json`)))
			throw new Error("not one of mine");
		parts.check(digest, bytes, image);
	},
});
