// diagnosis: path-twice
// Every file is in the archive twice.
import { imageWith, tarOf } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	archives: (files) => [
		tarOf(
			files,
			Object.keys(files)
				.sort()
				.flatMap((path) => [path, path]),
		),
	],
});
