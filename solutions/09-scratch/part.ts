import { existsSync } from "node:fs";
import { part } from "../part.ts";
import { openImage } from "./image.ts";

/** Where a container's layers and its command come from. What it unpacks goes with the overlay's directory. */
part<{ image: string }>({
	when: "image",
	ask: (_, { rootfs = "" }) => (existsSync(`${rootfs}/manifest.json`) ? { image: rootfs, rootfs: undefined } : {}),
	make: (container) => {
		const image = openImage(container.image, `/run/box/${container.id}/image`);
		container.layers ??= image?.layers;
		container.command ??= image?.command as [string];
	},
});
