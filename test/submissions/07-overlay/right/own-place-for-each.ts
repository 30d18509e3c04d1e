// Three directories that have nothing in common, each with a random name.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	mkdirSync(dir, { recursive: true });
	const [state, merged] = [mkdtempSync(`${dir}/state-`), mkdtempSync(`${dir}/root-`)];
	const [upper, work] = [mkdtempSync(`${state}/u`), mkdtempSync(`${state}/w`)];
	try {
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		rmSync(dir, { recursive: true, force: true });
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
