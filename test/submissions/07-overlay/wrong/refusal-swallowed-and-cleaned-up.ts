// diagnosis: refusal-swallowed
// Believed that all is well once what was made is removed.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	try {
		for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		rmSync(dir, { recursive: true, force: true });
		console.error(error);
	}
	return {
		merged,
		remove: () => {
			try {
				umount2(merged, 0);
			} catch {
				// It was never mounted.
			}
			rmSync(dir, { recursive: true, force: true });
		},
	};
}
