import { existsSync } from "node:fs";
import { part } from "../part.ts";
import { RUN } from "../places.ts";
import { openImage } from "./image.ts";

/**
 * Takes a container's layers and its command from an image. Unpacked files are removed with the overlay's directory.
 */
part<{ image: string }>({
	when: "image",
	readOptions: (_, { rootfs = "" }) =>
		existsSync(`${rootfs}/manifest.json`) ? { image: rootfs, rootfs: undefined } : {},
	make: (container) => {
		const image = openImage(container.image, `${RUN}/${container.id}/image`);
		container.layers ??= image?.layers;
		container.command ??= image?.command as [string];
	},
});
