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
	// TODO(07.1) make three directories in dir: for what the container writes, for the kernel's own work, and to mount on
	// TODO(07.2) mount all the layers there, with the writable one over them, and give that directory back as merged
	const merged = lowerdirs.at(-1) ?? dir;
	return {
		merged,
		remove: () => {
			// TODO(07.3) unmount it, then remove everything that was made
		},
	};
}
