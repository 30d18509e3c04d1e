// diagnosis: not-all-layers-checked
// Only the first layer is compared.
import { imageWith, parts } from "../../support/image.ts";

let seen = 0;
export const { buildImage, openImage, needs, gather } = imageWith({
	check(digest, bytes, image) {
		const isConfig = bytes[0] === 0x7b;
		if (isConfig) seen = 0;
		else seen += 1;
		if (seen < 2) parts.check(digest, bytes, image);
	},
});
