// Options that change how, not what: attributes of the user's kind, and no sync.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
	const options = `volatile,userxattr,lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`;
	try {
		mount("overlay", merged, "overlay", 0, options);
	} catch (error) {
		// Whoever made the directory that dir is in, it stays.
		for (const part of [merged, upper, work, dir]) rmSync(part, { recursive: true, force: true });
		throw error;
	}
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
