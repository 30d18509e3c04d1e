import { chdir, chroot } from "#kernel";

/**
 * Makes `rootfs` the root of this process, and leaves none of the host's mounts in its mount table.
 * The engine calls it in the process that is about to become the container's command.
 *
 * @param rootfs absolute path of a directory that holds the container's files
 */
export function enterRoot(rootfs: string): void {
	// TODO(04.1) give this process a mount table of its own
	// TODO(04.2) make every mount in it private, so that the host sees nothing of what follows
	// TODO(04.3) make rootfs a mount point: bind it to itself
	// TODO(04.4) replace the two lines below: make it the root mount with pivot_root
	chroot(rootfs);
	chdir("/");
	// TODO(04.5) detach the old root, and make sure that the current directory is not in it
}
