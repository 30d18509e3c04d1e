// diagnosis: media-type-not-the-bytes
// The layer is compressed, and its media type says that it is not.
import { gunzipSync, gzipSync } from "node:zlib";
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	compress: (tar) => gzipSync(tar),
	decompress: (blob) => gunzipSync(blob),
});
