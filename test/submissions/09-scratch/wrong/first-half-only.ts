// diagnosis: no-manifest
// The first half is right, and the second is the skeleton's.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Files, Image } from "#box/oci";
import { imageWith } from "../../support/image.ts";

export const { needs, gather } = imageWith({});

export function buildImage(image: string, files: Files, command: string[]): void {
	for (const [path, source] of Object.entries(files)) {
		mkdirSync(dirname(`${image}/root${path}`), { recursive: true });
		copyFileSync(source, `${image}/root${path}`);
	}
	writeFileSync(`${image}/command.json`, JSON.stringify(command));
}

export function openImage(image: string, _dir: string): Image {
	const command = JSON.parse(readFileSync(`${image}/command.json`, "utf8"));
	return { layers: [`${image}/root`], command };
}
