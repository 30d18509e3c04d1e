// Every step of removal by itself; what is not there is no mistake.
import { chmodSync, existsSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	try {
		for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmdirSync(merged);
			if (existsSync(`${work}/work`)) chmodSync(`${work}/work`, 0o700);
			for (const part of [work, upper]) rmSync(part, { recursive: true, force: true });
			rmdirSync(dir);
		},
	};
}
