// Goes into dir and gives the kernel short relative paths for all of its own, then goes back to where the engine was.
import { mkdirSync, rmSync } from "node:fs";
import { chdir, MNT_DETACH, mount, umount2 } from "#kernel";

/** A root directory made of layers. */
export interface Overlay {
	/** Where all layers are seen as one. */
	merged: string;
	/** Unmounts it, and removes the writable layer. */
	remove(): void;
}

/** Does something in another current directory, and comes back whatever happens. */
function inDirectory<T>(path: string, action: () => T): T {
	const before = process.cwd();
	chdir(path);
	try {
		return action();
	} finally {
		chdir(before);
	}
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
	const [upper, work, merged] = ["upper", "work", "merged"] as const;
	mkdirSync(dir, { recursive: true });
	const discard = () => rmSync(dir, { recursive: true });
	try {
		inDirectory(dir, () => {
			for (const name of [upper, work, merged]) mkdirSync(name);
			mount("box", merged, "overlay", 0, `workdir=${work},upperdir=${upper},lowerdir=${lowerdirs.join(":")}`);
		});
	} catch (error) {
		discard();
		throw error;
	}
	return {
		merged: `${dir}/${merged}`,
		remove: () => {
			umount2(`${dir}/${merged}`, MNT_DETACH);
			discard();
		},
	};
}
