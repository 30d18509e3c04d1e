// diagnosis: schema-version
// There is none.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	manifest: (config, layers) => JSON.stringify({ config, layers }),
});
