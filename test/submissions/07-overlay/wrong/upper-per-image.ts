// diagnosis: upper-shared
// misconception: 13
// The writable layer beside the image: two containers of one image share it.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const image = lowerdirs[0];
	const [upper, work, merged] = [`${image}.upper`, `${image}.work`, `${dir}/merged`];
	for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
	mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
