// diagnosis: host-pivoted
// Believed that pivot_root, like chroot, moves the root of the caller only.
import { chdir, MNT_DETACH, MS_BIND, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2 } from "#kernel";

export function enterRoot(rootfs: string): void {
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
