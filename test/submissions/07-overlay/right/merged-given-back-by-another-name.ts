// merged is bound to a second place, and that is given back.
import { mkdirSync, rmSync } from "node:fs";
import { MS_BIND, mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	try {
		for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
		mkdirSync(`${dir}/root`);
		mount(merged, `${dir}/root`, null, MS_BIND, null);
	} catch (error) {
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
	return {
		merged: `${dir}/root`,
		remove: () => {
			umount2(`${dir}/root`, 0);
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
