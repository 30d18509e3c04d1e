// diagnosis: command-not-from-the-config
// The command is a field of the manifest, too, and is read there.
import { readFileSync } from "node:fs";
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	manifest: (config, layers, command) => JSON.stringify({ schemaVersion: 2, config, layers, run: command }),
	commandOf: (_, image) => JSON.parse(readFileSync(`${image}/manifest.json`, "utf8")).run,
});
