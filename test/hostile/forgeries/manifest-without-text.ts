// Fields of which no text can be made, where the check expects texts.
// lesson: 09
// diagnosis: descriptor-names-no-blob
import { imageWith, parts } from "../../submissions/support/image.ts";

export const { buildImage, openImage, needs, gather } = imageWith({
	manifest(config, layers) {
		const odd = layers.map((layer) => ({ ...layer, digest: { toString: null, valueOf: null } }));
		return JSON.stringify({
			schemaVersion: 2,
			config: { ...config, mediaType: { toString: 1 } },
			layers: odd,
			mine: layers,
		});
	},
	parse(text) {
		const { mine, ...manifest } = { mine: [], ...parts.parse(text) };
		return { ...manifest, layers: mine };
	},
});
