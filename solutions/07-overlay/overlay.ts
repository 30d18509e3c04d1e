import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

/** A root directory made of layers. */
export interface Overlay {
	/** The directory that shows all layers as one tree. */
	merged: string;
	/** Unmounts the overlay, and removes the writable layer with everything that the container has written. */
	remove(): void;
}

/**
 * Mounts layers on top of each other, with an empty writable layer on top.
 * @param lowerdirs absolute paths of the image's layers, the topmost first; nothing is ever written to them
 * @param dir absolute path of a directory for this container alone; mountOverlay makes it, and `remove` removes it
 * @throws {SyscallError} ENOENT a layer does not exist; EINVAL a wrong option: the kernel's log says which
 * @see mount(2), overlayfs in the kernel's documentation (filesystems/overlayfs)
 */
export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	// The kernel prepares files in work and moves them to upper, so both must be on the same mount.
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	try {
		for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		// The engine gets no overlay, so it removes nothing.
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
	return {
		merged,
		remove: () => {
			// Unmount first: through a mounted overlay, rmSync would delete the container's files one by one.
			umount2(merged, 0);
			rmSync(dir, { recursive: true });
		},
	};
}
