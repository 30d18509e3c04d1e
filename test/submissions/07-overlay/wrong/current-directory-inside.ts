// diagnosis: merged-busy
// misconception: 17
// The engine itself stands in merged when it is to be unmounted.
import { mkdirSync, rmSync } from "node:fs";
import { chdir, mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
	mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	chdir(merged);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
