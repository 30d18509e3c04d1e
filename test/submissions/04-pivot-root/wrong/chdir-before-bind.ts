// diagnosis: pivot-cwd-under-mount
// misconception: 5
// Believed that the current directory is a path, and so follows when something is mounted on it.
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
	chdir(rootfs);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
