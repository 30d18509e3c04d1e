// diagnosis: escape-works
// misconception: 6
// Believed that ".." cannot leave a mount.
import { CLONE_NEWNS, chdir, chroot, MS_BIND, MS_PRIVATE, MS_REC, mount, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chroot(rootfs);
	chdir("/");
}
