// diagnosis: dynamic-threw
// The last PT_LOAD, whichever it is: that goes wrong with dash already.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	holds: (segments) => segments.findLast(({ type }) => type === 1),
});
