/** A root directory made of layers. */
export interface Overlay {
	/** The directory that shows all layers as one tree. */
	merged: string;
	/** Unmounts the overlay, and removes the writable layer. */
	remove(): void;
}

/**
 * Mounts layers on top of each other, with an empty writable layer on top.
 * The engine calls this function on the host, before it forks. `merged` becomes the root of the command. The engine
 * calls `remove` when the command has ended.
 *
 * @param lowerdirs absolute paths of the image's layers, the topmost first; write nothing to them
 * @param dir absolute path of a directory for this container alone, such as /run/box/1f0c22ab; it does not exist yet
 */
export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	// TODO(07.1) make three directories in dir: the upperdir, the workdir, and the mount point
	// TODO(07.2) mount an overlay of all the layers on the mount point, with upperdir on top; return that path as merged
	const merged = lowerdirs.at(-1) ?? dir;
	return {
		merged,
		remove: () => {
			// TODO(07.3) unmount the overlay, then remove the directories; if the mount is refused, remove them as well
		},
	};
}
