// diagnosis: pivot-shared-propagation
// misconception: 5
// Believed that pivot_root makes the mount namespace that it needs.
import { chdir, MNT_DETACH, MS_BIND, MS_REC, mount, pivotRoot, umount2 } from "#kernel";

export function enterRoot(rootfs: string): void {
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
