// diagnosis: pivot-shared-propagation
// misconception: 5
// Believed that a new mount namespace has nothing to do with the old one any more.
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_BIND, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
