// diagnosis: upper-in-use
// misconception: 13
// With the option index the kernel refuses a second mount of one upperdir.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = ["/run/box/upper", "/run/box/work", `${dir}/merged`];
	for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
	mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work},index=on`);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
