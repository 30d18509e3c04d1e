// diagnosis: layers-upside-down
// The lowest first.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	order: (dirs) => dirs,
});
