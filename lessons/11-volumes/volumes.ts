import { mkdirSync, openSync } from "node:fs";

/** What a container finds at one of its paths. */
export interface Volume {
	/** Absolute path of a directory or file of the host; null for an empty tmpfs. */
	source: string | null;
	/** Absolute path in the container. The image need not have anything there. */
	target: string;
	readOnly: boolean;
}

/**
 * Mounts volumes below a container's root, for the container alone.
 * The engine calls it in the container's first process, which still sees the host's files, and is in the host's mount
 * namespace. Afterwards, the engine carries all mounts below `rootfs` into the container.
 *
 * @param rootfs the container's root, on the host: lesson 07's overlay
 */
export function mountVolumes(_rootfs: string, _volumes: readonly Volume[]): void {
	// TODO(11.1) a mount namespace of its own, whose mounts are private; then bind each source to `${rootfs}${target}`
	// TODO(11.2) make the target if it is missing: a directory for a directory, a file for a file; mount each tmpfs
	// TODO(11.3) make read-only volumes read-only, with all mounts below them
	// TODO(11.4) let no link in the image lead out of rootfs; close the descriptors that you have opened
}

/**
 * Makes a named volume at its first use. The engine calls it on the host, for one container at a time.
 *
 * @param path absolute path of the volume's directory on the host; its parent directory exists
 * @param rootfs the container's root, on the host
 * @param target where in the container the volume will be
 * @returns a descriptor, which the engine keeps open until the container has ended
 */
export function useVolume(path: string, _rootfs: string, _target: string): number {
	mkdirSync(path, { recursive: true });
	// TODO(11.5) if the volume is new: copy what the image has at target, with owners and modes
	// TODO(11.6) return a descriptor by which removeVolume can know that the volume is in use; close all others
	return openSync(path, "r");
}

/** Removes a named volume. Throws an exception if a container uses it. */
export function removeVolume(_path: string): void {
	// TODO(11.7) refuse if the volume is in use; otherwise remove it with everything in it
}
