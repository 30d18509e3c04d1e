// diagnosis: move-below-shared
// misconception: 4
// Believed that MS_MOVE, as switch_root(8) uses it, needs no preparation.
import { CLONE_NEWNS, chdir, chroot, MS_BIND, MS_MOVE, MS_REC, mount, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	mount(".", "/", null, MS_MOVE, null);
	chroot(".");
	chdir("/");
}
