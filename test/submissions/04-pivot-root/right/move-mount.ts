// The way of switch_root(8), for where pivot_root cannot be had: move the new root onto "/", and chroot onto it.
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
