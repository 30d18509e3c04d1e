// diagnosis: diff-id-of-the-compressed
// The diff_id is the digest of the compressed blob.
import { gunzipSync, gzipSync } from "node:zlib";
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	layerType: "application/vnd.oci.image.layer.v1.tar+gzip",
	compress: (tar) => gzipSync(tar),
	decompress: (blob) => gunzipSync(blob),
	diffIds: (_, layers) => layers.map(({ digest }) => digest),
});
