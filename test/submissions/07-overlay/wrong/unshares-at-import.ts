// diagnosis: engine-left-host
// Believed that what every container needs can be done once, when the module is loaded.
import { mkdirSync, rmSync } from "node:fs";
import { CLONE_NEWNS, MNT_DETACH, mount, umount2, unshare } from "#kernel";

unshare(CLONE_NEWNS);

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
	try {
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		rmSync(dir, { recursive: true, force: true });
		throw new Error("no overlay", { cause: error });
	}
	return {
		merged,
		remove: () => {
			umount2(merged, MNT_DETACH);
			rmSync(dir, { recursive: true, force: true });
		},
	};
}
