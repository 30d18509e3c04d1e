// diagnosis: needs-not-found
// Only where dash has its libraries.
import { existsSync } from "node:fs";
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	gather(programs, needs) {
		const found: Record<string, string> = {};
		for (const queue = [...programs]; queue.length > 0; ) {
			const { interpreter, libraries } = needs(queue.pop() as string);
			const paths = libraries.map((name) => `/lib/x86_64-linux-gnu/${name}`);
			for (const path of interpreter === null ? paths : [interpreter, ...paths])
				if (!(path in found)) {
					if (!existsSync(path)) throw new Error(`${path} is not there`);
					found[path] = path;
					queue.push(path);
				}
		}
		return found;
	},
});
