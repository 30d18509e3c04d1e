// diagnosis: layer-as-root
// Believed that an image is safe when it is bound read-only.
import { mkdirSync, rmSync, statSync } from "node:fs";
import { MS_BIND, MS_RDONLY, MS_REMOUNT, mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const merged = `${dir}/merged`;
	const image = lowerdirs.at(-1) ?? "";
	for (const layer of lowerdirs) statSync(layer);
	mkdirSync(merged, { recursive: true });
	mount(image, merged, null, MS_BIND, null);
	mount(null, merged, null, MS_BIND | MS_REMOUNT | MS_RDONLY, null);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
