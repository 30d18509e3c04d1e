// diagnosis: media-type-not-the-bytes
// The media type says gzip, and nothing is compressed.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	layerType: "application/vnd.oci.image.layer.v1.tar+gzip",
});
