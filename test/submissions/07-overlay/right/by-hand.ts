// One directory after the other.
import { mkdirSync, rmdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
	let mounted = false;
	try {
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
		mounted = true;
	} finally {
		if (!mounted) for (const part of [merged, upper, work, dir]) rmSync(part, { recursive: true });
	}
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmdirSync(merged);
			for (const part of [upper, work]) rmSync(part, { recursive: true });
			rmdirSync(dir);
		},
	};
}
