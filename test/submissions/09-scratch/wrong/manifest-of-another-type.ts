// diagnosis: field-of-the-specification
// The manifest calls itself an index.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	manifest: (config, layers) =>
		JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", config, layers }),
});
