// metacopy, redirect_dir and index.
import { mkdirSync, rmSync, statSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	// Nothing is made for a container that cannot be.
	for (const layer of lowerdirs) statSync(layer);
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
	mount(
		"overlay",
		merged,
		"overlay",
		0,
		`index=on,redirect_dir=on,metacopy=on,lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`,
	);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
