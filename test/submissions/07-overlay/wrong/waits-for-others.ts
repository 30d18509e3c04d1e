// diagnosis: second-container-ends-otherwise
// Believed that layers must not be let go of as long as others use them.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
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
			const overlays = readFileSync("/proc/self/mountinfo", "utf8").split(" - overlay ").length - 1;
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
			if (overlays > 1) throw new Error("the layers are in use");
		},
	};
}
