// Other names for the three directories.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [rw, tmp, root] = [`${dir}/rw`, `${dir}/tmp`, `${dir}/rootfs`];
	for (const part of [rw, tmp, root]) mkdirSync(part, { recursive: true });
	mount("box", root, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${rw},workdir=${tmp}`);
	return {
		merged: root,
		remove: () => {
			umount2(root, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
