// Other names for the three directories.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [rw, tmp, root] = [`${dir}/rw`, `${dir}/tmp`, `${dir}/rootfs`];
	const undo: (() => void)[] = [];
	const remove = () => {
		for (const step of undo.reverse()) step();
	};
	try {
		for (const path of [rw, tmp, root]) mkdirSync(path, { recursive: true });
		undo.push(() => rmSync(dir, { recursive: true }));
		mount("box", root, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${rw},workdir=${tmp}`);
		undo.push(() => umount2(root, 0));
	} catch (error) {
		remove();
		throw error;
	}
	return { merged: root, remove };
}
