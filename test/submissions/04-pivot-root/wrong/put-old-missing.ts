// diagnosis: pivot-put-old-missing
// misconception: 5
// Believed that pivot_root makes the directory that it puts the old root on.
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

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	pivotRoot(rootfs, `${rootfs}/.old_root`);
	chdir("/");
	umount2("/.old_root", MNT_DETACH);
}
