// diagnosis: mounts-left
// misconception: 17
// remove does nothing.
import { mkdirSync } from "node:fs";
import { mount } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
	mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	return { merged, remove: () => {} };
}
