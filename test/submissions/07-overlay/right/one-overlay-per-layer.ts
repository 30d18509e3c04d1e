// One layer after the other, each overlay on the one before; the topmost can be written to.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	const mounted: string[] = [];
	const undo = () => {
		for (const place of mounted.splice(0).reverse()) umount2(place, 0);
		rmSync(dir, { recursive: true, force: true });
	};
	try {
		for (const path of [upper, work, merged, `${dir}/image`]) mkdirSync(path, { recursive: true });
		const [last = "", ...above] = lowerdirs.toReversed();
		const image = above.length === 0 ? last : `${dir}/image`;
		if (above.length > 0) {
			mount("image", image, "overlay", 0, `lowerdir=${[...above.toReversed(), last].join(":")}`);
			mounted.push(image);
		}
		mount("overlay", merged, "overlay", 0, `lowerdir=${image},upperdir=${upper},workdir=${work}`);
		mounted.push(merged);
	} catch (error) {
		undo();
		throw error;
	}
	return {
		merged,
		remove: () => {
			undo();
		},
	};
}
