// diagnosis: diff-id-form
// Twelve digits, as docker shows ids.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	diffIds: (_, layers) => layers.map(({ digest }) => digest.slice(0, 19)),
});
