// diagnosis: pivot-after-chroot
// misconception: 5
// Believed that pivot_root completes a chroot. The root and new_root are then on one mount: EBUSY.
import {
	CLONE_NEWNS,
	chdir,
	chroot,
	MNT_DETACH,
	MS_PRIVATE,
	MS_REC,
	mount,
	pivotRoot,
	umount2,
	unshare,
} from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	chroot(rootfs);
	chdir("/");
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
}
