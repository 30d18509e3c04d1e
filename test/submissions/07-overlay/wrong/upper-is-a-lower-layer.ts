// diagnosis: layer-used-twice
// The topmost layer as upperdir, and as a lower layer as well.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [work, merged] = [`${dir}/work`, `${dir}/merged`];
	for (const part of [work, merged]) mkdirSync(part, { recursive: true });
	mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${lowerdirs[0]},workdir=${work}`);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
