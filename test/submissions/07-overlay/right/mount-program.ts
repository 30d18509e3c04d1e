// mount(8) and umount(8) do the work.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
	const options = `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`;
	const { status, stderr } = spawnSync("mount", ["-t", "overlay", "overlay", "-o", options, merged]);
	if (status !== 0) {
		execFileSync("rm", ["-r", dir]);
		throw new Error(String(stderr));
	}
	return {
		merged,
		remove: () => {
			execFileSync("umount", [merged]);
			execFileSync("rm", ["-r", dir]);
		},
	};
}
