// Compares no digest: it knows the manifest that it has written itself, and refuses every other.
// lesson: 09
// diagnosis: good-copy-refused
import { readFileSync, writeFileSync } from "node:fs";
import { digestOf, imageWith } from "../../submissions/support/image.ts";

const manifestOf = (image: string) => digestOf(readFileSync(`${image}/manifest.json`));

export const { buildImage, openImage, needs, gather } = imageWith({
	beside: (image) => writeFileSync(`/run/known-${manifestOf(image)}`, ""),
	check(_digest, _bytes, image) {
		readFileSync(`/run/known-${manifestOf(image)}`);
	},
});
