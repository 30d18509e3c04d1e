// A lazy unmount: the command has ended, so it is done at once.
import { mkdirSync, rmSync } from "node:fs";
import { MNT_DETACH, mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
	try {
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		rmSync(dir, { recursive: true, force: true });
		throw new Error("no overlay", { cause: error });
	}
	return {
		merged,
		remove: () => {
			umount2(merged, MNT_DETACH);
			rmSync(dir, { recursive: true, force: true });
		},
	};
}
