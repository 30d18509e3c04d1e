// Sets the times of each layer's directory, so that one can see which images are in use. Breaks 2: "nothing is written
// to them, not even for a moment".
// diagnosis: layers-put-back
import { mkdirSync, rmSync, utimesSync } from "node:fs";
import { mount, umount2 } from "#kernel";

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
	const upper = `${dir}/upper`;
	const work = `${dir}/work`;
	const merged = `${dir}/merged`;
	for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
	try {
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		rmSync(dir, { recursive: true });
		throw error;
	}
	// Who tidies up later removes the layers that nobody has used for long.
	const now = new Date();
	for (const layer of lowerdirs) utimesSync(layer, now, now);
	return {
		merged,
		remove: () => {
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
