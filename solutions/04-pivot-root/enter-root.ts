import {
	CLONE_NEWNS,
	chdir,
	MNT_DETACH,
	MS_BIND,
	MS_PRIVATE,
	MS_REC,
	mount,
	pivotRoot,
	umount2,
	unshare,
} from "#kernel";

/** Makes `rootfs` the root of this process, and leaves it no way back: the host's mounts are gone from its table. */
export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	// The copied mounts are still peers of the host's. Without this call, the next mount would appear there, too.
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	// pivot_root wants a mount point, and a directory bound to itself is one.
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	// "." twice: the old root lands on top of the new one, so no directory is needed to hold it.
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
