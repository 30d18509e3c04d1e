// diagnosis: changes-missing
// A writable layer with no room in it.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	mkdirSync(dir, { recursive: true });
	mount("tmpfs", dir, "tmpfs", 0, "size=4k");
	for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
	mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			umount2(dir, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
