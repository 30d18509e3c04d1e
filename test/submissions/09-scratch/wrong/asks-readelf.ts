// diagnosis: tool-asked
// The text wants the bytes to be read.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	needs(file) {
		if (readFileSync(file).toString("latin1", 0, 4) !== "\x7fELF") throw new Error(`${file} is not an ELF file`);
		const { stdout } = spawnSync("readelf", ["--wide", "--program-headers", "--dynamic", file], { encoding: "utf8" });
		return {
			interpreter: /program interpreter: (.*)\]/.exec(stdout)?.[1] ?? null,
			libraries: [...stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name as string),
		};
	},
});
