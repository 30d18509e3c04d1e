// diagnosis: schema-version
// A number is wanted.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	manifest: (config, layers) => JSON.stringify({ schemaVersion: "2", config, layers }),
});
