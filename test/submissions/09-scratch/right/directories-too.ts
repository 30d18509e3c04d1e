// The archive has directories, as tar makes them, and ends with twenty blocks.
import { dirname } from "node:path";
import { imageWith, tarOf } from "../../support/image.ts";

function directory(path: string): Buffer {
	const header = Buffer.alloc(512);
	const fields = [
		[0, `.${path}/`],
		[100, "0000755"],
		[108, "0000000"],
		[116, "0000000"],
		[124, "00000000000"],
		[136, "00000000000"],
		[148, "        "],
		[156, "5"],
		[257, "ustar\u000000"],
	] as const;
	for (const [at, text] of fields) header.write(text, at);
	const sum = header.reduce((left, byte) => left + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	return header;
}

export const { buildImage, openImage, needs, gather } = imageWith({
	archives: (files) => {
		const directories = new Set<string>();
		for (const path of Object.keys(files))
			for (let dir = dirname(path); dir !== "/"; dir = dirname(dir)) directories.add(dir);
		const entries = [...directories].sort().map(directory);
		return [Buffer.concat([...entries, tarOf(files), Buffer.alloc(20 * 512)])];
	},
});
