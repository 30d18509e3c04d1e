// A whole image layout: oci-layout, index.json, and the manifest as a blob.
import { readFileSync, writeFileSync } from "node:fs";
import { digestOf, imageWith, pathOf } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	beside(image) {
		const manifest = readFileSync(`${image}/manifest.json`);
		const digest = digestOf(manifest);
		writeFileSync(pathOf(image, digest), manifest);
		writeFileSync(`${image}/oci-layout`, `{"imageLayoutVersion":"1.0.0"}`);
		const mediaType = "application/vnd.oci.image.manifest.v1+json";
		const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size: manifest.length }] };
		writeFileSync(`${image}/index.json`, JSON.stringify(index));
	},
});
