// diagnosis: layers-put-back
// Believed that what is taken back has not been.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	try {
		for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
		writeFileSync(`${lowerdirs.at(-1)}/.lock`, dir);
		rmSync(`${lowerdirs.at(-1)}/.lock`);
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
