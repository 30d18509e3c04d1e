// diagnosis: diff-id-count
// There is a second one, of no layer.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	diffIds: (_, [layer]) => [layer?.digest, layer?.digest],
});
