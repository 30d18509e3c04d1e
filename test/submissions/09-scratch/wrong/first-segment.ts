// diagnosis: wrong-segment
// The first PT_LOAD, whichever it is.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	holds: (segments) => segments.find(({ type }) => type === 1),
});
