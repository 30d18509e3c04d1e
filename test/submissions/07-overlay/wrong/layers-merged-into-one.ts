// diagnosis: layers-copied
// misconception: 13
// Believed that lowerdir is one directory, and copied all layers into it.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	const image = `/dev/shm/image-${basename(dir)}`;
	try {
		for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
		mkdirSync(image);
		for (const layer of lowerdirs.toReversed()) execFileSync("cp", ["-a", `${layer}/.`, image]);
		mount("overlay", merged, "overlay", 0, `lowerdir=${image},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		for (const part of [dir, image]) rmSync(part, { recursive: true, force: true });
		throw error;
	}
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
			rmSync(image, { recursive: true });
		},
	};
}
