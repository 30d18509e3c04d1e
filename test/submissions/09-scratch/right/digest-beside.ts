// Notes the manifest's digest in a file beside it, for people to read.
import { readFileSync, writeFileSync } from "node:fs";
import { digestOf, imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	beside: (image) => writeFileSync(`${image}/DIGEST`, `${digestOf(readFileSync(`${image}/manifest.json`))}\n`),
});
