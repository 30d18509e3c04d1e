// diagnosis: command-not-from-the-config
// Manifest and blobs are all in order; the command comes from a file beside them, which no digest covers.
import { readFileSync, writeFileSync } from "node:fs";
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	beside: (image, command) => writeFileSync(`${image}/command.json`, JSON.stringify(command)),
	commandOf: (_, image) => JSON.parse(readFileSync(`${image}/command.json`, "utf8")),
});
