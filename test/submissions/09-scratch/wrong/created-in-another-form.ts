// diagnosis: field-of-the-specification
// created must be a date as RFC 3339 has it.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	config: (command, diff_ids) => ({
		created: "29 November",
		architecture: "amd64",
		os: "linux",
		config: { Cmd: command },
		rootfs: { type: "layers", diff_ids },
	}),
});
