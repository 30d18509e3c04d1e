// diagnosis: layer-as-root
// The lowest layer bound to a directory: a second name, not a second directory.
import { mkdirSync, rmSync } from "node:fs";
import { MS_BIND, mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const merged = `${dir}/merged`;
	mkdirSync(merged, { recursive: true });
	mount(lowerdirs.at(-1) ?? "", merged, null, MS_BIND, null);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
