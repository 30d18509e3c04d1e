// diagnosis: escape-works
// misconception: 6
// Believed that chroot holds once the mount table is one's own.
import { CLONE_NEWNS, chdir, chroot, MS_PRIVATE, MS_REC, mount, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	chroot(rootfs);
	chdir("/");
}
