// Behind the manifest's JSON stands what a program of the check's could print of a better image; the image has no end, no
// order, no platform and no right diff_id.
// lesson: 09
// diagnosis: no-manifest
import { imageWith, tarOf } from "../../submissions/support/image.ts";

const told = (hex: string) =>
	[`diff ${hex}\n${hex}  -`, `end ${hex}\n0`, `layer ${hex}\n-rwxr-xr-x 0/0 198 1970-01-01 00:00:00 hello`]
		.map((part) => `== ${part}\n`)
		.join("");

export const { buildImage, openImage, needs, gather } = imageWith({
	archives: (files) => [tarOf(files, Object.keys(files)).subarray(0, -1024)],
	diffIds: () => [`sha256:${"0".repeat(64)}`],
	config: (command, diff_ids) => ({ config: { Cmd: command }, rootfs: { type: "layers", diff_ids } }),
	manifest: (config, layers) =>
		`${JSON.stringify({ schemaVersion: 2, config, layers })}\n${told(layers[0]?.digest.slice(7) ?? "")}`,
	parse: (text) => JSON.parse(text.split("\n== ")[0] as string),
	check() {},
});
