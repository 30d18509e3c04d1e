// diagnosis: diff-id-count
// The list is empty.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	diffIds: () => [],
});
