// diagnosis: rootfs-type
// rootfs has no type.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	config: (command, diff_ids) => ({
		architecture: "amd64",
		os: "linux",
		config: { Cmd: command },
		rootfs: { diff_ids },
	}),
});
