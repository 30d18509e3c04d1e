// diagnosis: rootfs-type
// rootfs has a type that there is not.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	config: (command, diff_ids) => ({
		architecture: "amd64",
		os: "linux",
		config: { Cmd: command },
		rootfs: { type: "layer", diff_ids },
	}),
});
