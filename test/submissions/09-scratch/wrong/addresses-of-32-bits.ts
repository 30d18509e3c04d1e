// diagnosis: loader-asked
// What does not fit into 32 bits is cut.
import { imageWith, parts } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	holds: (segments, address) =>
		parts.holds(
			segments.map((segment) => ({ ...segment, vaddr: segment.vaddr % 2 ** 32 })),
			address > 2 ** 32 ? 0 : address,
		),
});
