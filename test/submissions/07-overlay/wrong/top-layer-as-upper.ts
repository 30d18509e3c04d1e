// diagnosis: layer-as-upper
// The topmost layer taken for the writable one.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [work, merged] = [`${dir}/work`, `${dir}/merged`];
	for (const path of [work, merged]) mkdirSync(path, { recursive: true });
	mount(
		"overlay",
		merged,
		"overlay",
		0,
		`lowerdir=${lowerdirs.slice(1).join(":")},upperdir=${lowerdirs[0]},workdir=${work}`,
	);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
