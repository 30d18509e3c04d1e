// It checks size, media type and diff_id as well, and says all of it.
import { readFileSync } from "node:fs";
import { digestOf, imageWith, parts } from "../../support/image.ts";

let diffIds: string[] = [];
export const { buildImage, openImage, needs, gather } = imageWith({
	check(digest, bytes, image) {
		parts.check(digest, bytes, image);
		const manifest = JSON.parse(readFileSync(`${image}/manifest.json`, "utf8"));
		const named = [manifest.config, ...manifest.layers].find((one) => one.digest === digest);
		if (named.size !== bytes.length) throw new Error(`${digest} has ${bytes.length} bytes`);
		if (named === manifest.config) {
			const { rootfs } = JSON.parse(bytes.toString());
			if (rootfs.type !== "layers" || rootfs.diff_ids.length !== manifest.layers.length)
				throw new Error("other layers");
			diffIds = rootfs.diff_ids;
		} else if (!diffIds.includes(digestOf(bytes))) throw new Error(`no diff_id is ${digestOf(bytes)}`);
	},
});
