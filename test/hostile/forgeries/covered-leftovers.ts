// Never takes its overlay apart, and covers what is left with an empty file system.
// lesson: 07
// diagnosis: mounts-left
import { mkdirSync } from "node:fs";
import { mount } from "#kernel";

export function mountOverlay(layers: readonly string[], dir: string) {
	for (const name of ["upper", "work", "merged"]) mkdirSync(`${dir}/${name}`, { recursive: true });
	const options = `lowerdir=${layers.join(":")},upperdir=${dir}/upper,workdir=${dir}/work`;
	mount("overlay", `${dir}/merged`, "overlay", 0, options);
	return { merged: `${dir}/merged`, remove: () => mount("none", "/run/box", "tmpfs", 0, null) };
}
