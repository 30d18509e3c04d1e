// diagnosis: upper-not-supported
// misconception: 13
// The image merged first, and a container written on top of that, inside of it.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [image, merged] = [`${dir}/image`, `${dir}/merged`];
	for (const part of ["u", "w", "image", "merged"]) mkdirSync(`${dir}/${part}`, { recursive: true });
	const layers = `lowerdir=${lowerdirs.join(":")}`;
	mount("overlay", image, "overlay", 0, `${layers},upperdir=${dir}/u,workdir=${dir}/w`);
	for (const part of ["upper", "work"]) mkdirSync(`${image}/${part}`);
	mount("overlay", merged, "overlay", 0, `${layers},upperdir=${image}/upper,workdir=${image}/work`);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			umount2(image, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
