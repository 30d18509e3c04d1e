// Layers by short links, as an option line has only a page: Docker's "l" directory.
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	try {
		for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
		for (const [index, layer] of lowerdirs.entries()) symlinkSync(layer, `${dir}/${index}`);
		mount(
			"overlay",
			merged,
			"overlay",
			0,
			`lowerdir=${lowerdirs.map((_, index) => `${dir}/${index}`).join(":")},upperdir=${upper},workdir=${work}`,
		);
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
