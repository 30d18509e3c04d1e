// diagnosis: interpreter-guessed
// Everybody has the same, it seems.
import { imageWith, needsBySegments, parts } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	needs(file) {
		const { interpreter, libraries } = needsBySegments(file, parts.holds);
		return { interpreter: interpreter === null ? null : "/lib64/ld-linux-x86-64.so.2", libraries };
	},
});
