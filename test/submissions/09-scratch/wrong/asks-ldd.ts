// diagnosis: tool-asked
// The whole closure at once, from ldd.
import { execFileSync } from "node:child_process";
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	gather(programs) {
		const lines = execFileSync("ldd", programs, { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g);
		return Object.fromEntries([...lines].map(([, path]) => [path as string, path as string]));
	},
});
