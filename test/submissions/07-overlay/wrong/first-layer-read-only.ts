// diagnosis: one-layer-and-no-upper
// Neither all layers nor an upper one.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const merged = `${dir}/merged`;
	mkdirSync(merged, { recursive: true });
	mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs[0]}`);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
