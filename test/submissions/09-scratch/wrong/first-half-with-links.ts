// diagnosis: links-in-the-directory
// The first half is right. For the second half, it has what the skeleton once had: links are copied as links.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Files, Image } from "#box/oci";
import { imageWith } from "../../support/image.ts";

export const { needs, gather } = imageWith({});

export function buildImage(image: string, files: Files, command: string[]): void {
	for (const [path, source] of Object.entries(files)) {
		mkdirSync(dirname(`${image}/root${path}`), { recursive: true });
		cpSync(source, `${image}/root${path}`);
	}
	writeFileSync(`${image}/command.json`, JSON.stringify(command));
}

export function openImage(image: string, _dir: string): Image {
	const command = JSON.parse(readFileSync(`${image}/command.json`, "utf8"));
	return { layers: [`${image}/root`], command };
}
