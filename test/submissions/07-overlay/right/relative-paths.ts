// Relative paths, as engines use them for images of many layers.
import { mkdirSync, rmSync } from "node:fs";
import { chdir, mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const home = process.cwd();
	for (const part of ["upper", "work", "merged"]) mkdirSync(`${dir}/${part}`, { recursive: true });
	chdir(dir);
	try {
		mount("overlay", "merged", "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=upper,workdir=./work`);
		chdir(home);
	} catch (error) {
		chdir(home);
		rmSync(dir, { recursive: true });
		throw error;
	}
	const merged = `${dir}/merged`;
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
