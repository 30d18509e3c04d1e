// Slave in place of private, a bind of the one directory without MS_REC, and absolute paths up to the pivot.
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_BIND, MS_REC, MS_SLAVE, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount("none", "/", null, MS_SLAVE | MS_REC, null);
	mount(rootfs, rootfs, null, MS_BIND, null);
	pivotRoot(rootfs, rootfs);
	chdir("/");
	umount2(".", MNT_DETACH);
}
