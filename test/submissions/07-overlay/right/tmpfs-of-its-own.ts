// Dir is a tmpfs of its own, with the three directories in it; remove unmounts the overlay, then the tmpfs, then
// removes the empty directory.
import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { MS_NODEV, MS_NOSUID, mount, umount2 } from "#kernel";

/** A root directory made of layers. */
export interface Overlay {
	/** Where all layers are seen as one. */
	merged: string;
	/** Unmounts it, and removes the writable layer. */
	remove(): void;
}

/**
 * Mounts layers over one another, with an empty writable one on top.
 * The engine calls it on the host, before it forks; `merged` becomes the root of the command, and `remove` is called
 * when the command has ended.
 *
 * @param lowerdirs absolute paths of the image's layers, the topmost first; nothing must be written to them
 * @param dir absolute path of a directory for this container alone, such as /run/box/1f0c22ab; it is not there yet
 */
export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const upperdir = join(dir, "upper");
	const workdir = join(dir, "work");
	const merged = join(dir, "root");

	mkdirSync(dir, { recursive: true });
	try {
		// Whatever is written there goes with it: nothing has to be removed one by one. The flags are this mount's, and do
		// not count for the overlay.
		mount("tmpfs", dir, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
		try {
			for (const made of [upperdir, workdir, merged]) mkdirSync(made);
			const options = { lowerdir: lowerdirs.join(":"), upperdir, workdir };
			const data = Object.entries(options).map(([key, value]) => `${key}=${value}`);
			mount("overlay", merged, "overlay", 0, data.join(","));
		} catch (error) {
			umount2(dir, 0);
			throw error;
		}
	} catch (error) {
		rmdirSync(dir);
		throw error;
	}

	return {
		merged,
		remove() {
			umount2(merged, 0);
			umount2(dir, 0);
			rmdirSync(dir);
		},
	};
}
