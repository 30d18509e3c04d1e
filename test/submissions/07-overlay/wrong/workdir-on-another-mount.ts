// diagnosis: workdir-on-another-mount
// misconception: 13
// "work" is scratch space, so it goes where scratch space is.

import { mkdirSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `/dev/shm/work-${basename(dir)}`, `${dir}/merged`];
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
