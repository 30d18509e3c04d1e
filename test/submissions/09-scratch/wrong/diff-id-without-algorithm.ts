// diagnosis: diff-id-form
// Hexadecimal digits only.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	diffIds: (_, layers) => layers.map(({ digest }) => digest.slice(7)),
});
