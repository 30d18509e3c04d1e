// Several layers read-only on merged, the writable one over them on the same place, and each is unmounted.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const several = lowerdirs.length > 1;
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	try {
		for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
		// A read-only overlay wants two.
		if (several) mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")}`);
	} catch (error) {
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
	mount(
		"overlay",
		merged,
		"overlay",
		0,
		`lowerdir=${several ? merged : lowerdirs[0]},upperdir=${upper},workdir=${work}`,
	);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			if (several) umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
