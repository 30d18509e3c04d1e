// diagnosis: old-root-below
// misconception: 6
// Believed that MS_MOVE onto "/", as in switch_root(8), leaves nothing of the old root. It only covers it.
import { CLONE_NEWNS, chdir, chroot, MS_BIND, MS_MOVE, MS_PRIVATE, MS_REC, mount, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	mount(".", "/", null, MS_MOVE, null);
	chroot(".");
	chdir("/");
}
