// The writable layer elsewhere, and removed there.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const scratch = mkdtempSync("/tmp/box-");
	const [upper, work, merged] = [`${scratch}/upper`, `${scratch}/work`, `${dir}/merged`];
	for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
	try {
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		for (const part of [scratch, dir]) rmSync(part, { recursive: true });
		throw error;
	}
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			for (const part of [scratch, dir]) rmSync(part, { recursive: true });
		},
	};
}
