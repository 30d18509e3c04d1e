// The root is an overlay of the rootfs and the host's own root: a file system of its own, with the host's files in it.
// lesson: 04
// diagnosis: host-files-in-root
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";
import { sh } from "../support.ts";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	// A copy, as one layer must not lie in the other.
	mount("copy", "/mnt", "tmpfs", 0, null);
	sh(`cp -a ${rootfs}/. /mnt`);
	mount("overlay", "/mnt", "overlay", 0, "lowerdir=/mnt:/");
	chdir("/mnt");
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
