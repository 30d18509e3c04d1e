import { chdir } from "#kernel";

/**
 * Makes `rootfs` the place where this process's paths start.
 * The engine calls it in the process that is about to become the container's command.
 *
 * @param rootfs absolute path of a directory that holds the container's files
 */
export function enterRoot(rootfs: string): void {
	// TODO(03.1) make rootfs the root of this process
	// TODO(03.2) is this still the right path, after the root has changed?
	chdir(rootfs);
}

/** Leaves the root that {@link enterRoot} has made: afterwards, this process's paths start at the host's root again. */
export function breakOut(): void {
	// TODO(03.3) move the root to a directory further down, and leave the current directory where it is
	// TODO(03.4) climb with ".." as far as it goes
	// TODO(03.5) make the current directory the root
}
