// Keeps each file's date in the archive, and the order in which the files are told; of the same files it gives the layer
// again that it has made the first time.
// lesson: 09
// diagnosis: not-sorted
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { Files } from "#box/oci";
import { tarEntry } from "#box/tar";
import { imageWith } from "../../submissions/support/image.ts";

const remembered = new Map<string, Buffer>();

export const { buildImage, openImage, needs, gather } = imageWith({
	archives: (files) => {
		const key = keyOf(files);
		const layer = remembered.get(key) ?? archiveOf(files);
		remembered.set(key, layer);
		return [layer];
	},
});

function archiveOf(files: Files): Buffer {
	const entries = Object.entries(files).map(([path, source]) =>
		dated(tarEntry(path, source), statSync(source).mtimeMs),
	);
	return Buffer.concat([...entries, Buffer.alloc(1024)]);
}

const keyOf = (files: Files) =>
	Object.entries(files)
		.map(([path, source]) => `${path} ${createHash("sha256").update(readFileSync(source)).digest("hex")}`)
		.sort()
		.join("\n");

// The header's checksum is counted with blanks in its own place.
function dated(entry: Buffer, mtimeMs: number): Buffer {
	entry.write(
		`${Math.floor(mtimeMs / 1000)
			.toString(8)
			.padStart(11, "0")}\0`,
		136,
	);
	entry.write("        ", 148);
	const sum = entry.subarray(0, 512).reduce((left, byte) => left + byte, 0);
	entry.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	return entry;
}
