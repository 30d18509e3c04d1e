// Compares no digest: it looks for what the images' own words tell. In a good copy the lower layer says what hello says, and
// the upper one says a part of the word that is in the config.
// lesson: 09
// diagnosis: good-copy-refused
import { readFileSync } from "node:fs";
import type { Descriptor } from "#box/oci";
import { imageWith, pathOf } from "../../submissions/support/image.ts";

export const { buildImage, openImage, needs, gather } = imageWith({
	check(_digest, _bytes, image) {
		const { config, layers } = JSON.parse(readFileSync(`${image}/manifest.json`, "utf8")) as {
			config: Descriptor;
			layers: Descriptor[];
		};
		const text = (blob: Descriptor | undefined) => readFileSync(pathOf(image, blob?.digest ?? ""), "latin1");
		const [lower, upper] = layers;
		if (upper === undefined) return;
		const word = (JSON.parse(text(config)) as { config: { Cmd: string[] } }).config.Cmd.at(-1) ?? "";
		if (!text(lower).includes("Hello from")) throw new Error("the lower layer was changed");
		if (!text(upper).includes(`${word.slice(-5)} from`)) throw new Error("config and upper layer differ");
	},
});
