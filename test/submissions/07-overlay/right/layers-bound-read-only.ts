// Each layer bound to a place of its own, read-only.
import { mkdirSync, rmSync } from "node:fs";
import { MS_BIND, MS_RDONLY, MS_REMOUNT, mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	const places = lowerdirs.map((_, index) => `${dir}/layer-${index}`);
	const bound: string[] = [];
	const undo = () => {
		for (const place of bound.splice(0).reverse()) umount2(place, 0);
		rmSync(dir, { recursive: true, force: true });
	};
	try {
		for (const path of [upper, work, merged, ...places]) mkdirSync(path, { recursive: true });
		for (const [index, place] of places.entries()) {
			mount(lowerdirs[index] ?? "", place, null, MS_BIND, null);
			bound.push(place);
			mount(null, place, null, MS_BIND | MS_REMOUNT | MS_RDONLY, null);
		}
		mount("overlay", merged, "overlay", 0, `lowerdir=${places.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		undo();
		throw error;
	}
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			undo();
		},
	};
}
