// diagnosis: field-of-the-specification
// Env must have NAME=VALUE.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	config: (command, diff_ids) => ({
		architecture: "amd64",
		os: "linux",
		config: { Cmd: command, Env: ["PATH"] },
		rootfs: { type: "layers", diff_ids },
	}),
});
