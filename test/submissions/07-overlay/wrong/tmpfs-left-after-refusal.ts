// diagnosis: left-after-refusal
// misconception: 17
// Believed that a mount that fails undoes the one before it.
import { mkdirSync, rmdirSync } from "node:fs";
import { MS_NODEV, MS_NOSUID, mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	mkdirSync(dir, { recursive: true });
	mount("box", dir, "tmpfs", MS_NODEV, "size=8m");
	for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
	const options = `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`;
	mount("overlay", merged, "overlay", MS_NODEV | MS_NOSUID, options);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			umount2(dir, 0);
			rmdirSync(dir);
		},
	};
}
