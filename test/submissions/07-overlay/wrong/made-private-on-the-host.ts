// diagnosis: host-made-private
// misconception: 4
// The line of lesson 04, where there is no mount namespace yet.
import { mkdirSync, rmSync } from "node:fs";
import { MS_PRIVATE, MS_REC, mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
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
