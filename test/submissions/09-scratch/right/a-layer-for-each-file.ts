// As many layers as files.
import { imageWith, tarOf } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	archives: (files) =>
		Object.keys(files)
			.sort()
			.map((path) => tarOf(files, [path])),
});
