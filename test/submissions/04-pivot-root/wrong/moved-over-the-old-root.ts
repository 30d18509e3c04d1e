// Moves the rootfs onto / and calls chroot, as an initramfs does; the old root is only covered; breaks "nothing that
// is only covered or out of reach" and "make rootfs the root mount".
// diagnosis: old-root-below
// misconception: 6
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
