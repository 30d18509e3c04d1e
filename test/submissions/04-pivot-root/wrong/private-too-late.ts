// diagnosis: mounts-leak
// misconception: 4
// Believed that it is enough to cut the tie before pivot_root, which asks for it.
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
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
