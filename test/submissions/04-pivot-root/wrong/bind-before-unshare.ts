// diagnosis: bound-on-host
// Believed that what is mounted before unshare goes with the copy.
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
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
