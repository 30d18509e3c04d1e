// The layers merged read-only, and a second overlay above: an overlay may be a lower layer. But one without a writable layer
// wants two lower ones.
// diagnosis: one-layer-not-run
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [image, merged] = [`${dir}/image`, `${dir}/merged`];
	for (const part of ["upper", "work", "image", "merged"]) mkdirSync(`${dir}/${part}`, { recursive: true });
	try {
		mount("image", image, "overlay", 0, `lowerdir=${lowerdirs.join(":")}`);
	} catch (error) {
		rmSync(dir, { recursive: true });
		throw error;
	}
	mount("box", merged, "overlay", 0, `lowerdir=${image},upperdir=${dir}/upper,workdir=${dir}/work`);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			umount2(image, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
