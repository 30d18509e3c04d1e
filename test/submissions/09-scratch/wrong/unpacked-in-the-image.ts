// diagnosis: image-changed-by-opening
// The layers are unpacked beside the blobs, in the image itself.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	target: (_, index, image) => `${image}/unpacked${index}`,
});
