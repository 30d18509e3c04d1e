import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

/** A root directory made of layers. */
export interface Overlay {
	/** Where all layers are seen as one. */
	merged: string;
	/** Unmounts it, and removes the writable layer with all that the container has written. */
	remove(): void;
}

/**
 * Mounts layers over one another, with an empty writable one on top.
 * @param lowerdirs absolute paths of the image's layers, the topmost first; nothing is ever written to them
 * @param dir absolute path of a directory for this container alone; it is made, and removed in the end
 * @throws {SyscallError} ENOENT a layer is not there; EINVAL an option that the kernel does not take: its log says which
 * @see mount(2), overlayfs in the kernel's documentation (filesystems/overlayfs)
 */
export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	// The kernel fills work on its own, and moves files from there to upper: both have to be on one mount.
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	try {
		for (const part of [upper, work, merged]) mkdirSync(part, { recursive: true });
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		// Nothing was mounted, so the engine gets nothing to remove.
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
	return {
		merged,
		remove: () => {
			// In this order: on a merged that is still mounted, rm would work its way through the container's files.
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
