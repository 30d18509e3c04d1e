// Puts mount points such as proc and dev into the writable layer beforehand. Breaks 1: "All three are empty when the
// container starts: nobody writes to the first one but the container".
// diagnosis: upper-not-empty
// misconception: 13
import { mkdirSync, rmSync } from "node:fs";
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
	// An image may lack them, and the engine mounts there.
	for (const name of ["proc", "dev", "sys"]) mkdirSync(`${upper}/${name}`);
	try {
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		rmSync(dir, { recursive: true });
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
