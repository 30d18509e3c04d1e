// Copies the layers into a file system of its own, mounts the overlay over the copies, and detaches that file system: the
// overlay keeps it, and no path leads to it any more.
// lesson: 07
// diagnosis: layers-copied
import { mkdirSync, rmSync } from "node:fs";
import { MNT_DETACH, mount, umount2 } from "#kernel";
import { sh } from "../support.ts";

export function mountOverlay(layers: readonly string[], dir: string) {
	const [upper, work, merged, copies] = ["upper", "work", "merged", "copies"].map((name) => `${dir}/${name}`) as [
		string,
		string,
		string,
		string,
	];
	try {
		for (const part of [upper, work, merged, copies]) mkdirSync(part, { recursive: true });
		mount("copies", copies, "tmpfs", 0, null);
		for (const [index, layer] of layers.entries()) sh(`cp -a ${layer} ${copies}/${index}`);
		const lower = layers.map((_, index) => `${copies}/${index}`).join(":");
		mount("overlay", merged, "overlay", 0, `lowerdir=${lower},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		umount2(copies, MNT_DETACH);
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
	umount2(copies, MNT_DETACH);
	return {
		merged,
		remove() {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
