// The media types that docker gives.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	layerType: "application/vnd.docker.image.rootfs.diff.tar",
});
