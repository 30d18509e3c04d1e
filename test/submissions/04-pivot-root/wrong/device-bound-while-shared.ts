// diagnosis: propagation-shared
// misconception: 4
// Believed that a bind mount is a copy; of a shared mount it is a peer.
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_BIND, MS_PRIVATE, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND, null);
	mount("/dev/null", `${rootfs}/dev/null`, null, MS_BIND, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
