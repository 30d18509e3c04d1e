// diagnosis: mounts-leak
// misconception: 4
// Believed that a mount in a new mount namespace is seen there only.
import { CLONE_NEWNS, chdir, chroot, MS_BIND, MS_REC, mount, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	mount("proc", `${rootfs}/proc`, "proc", 0, null);
	chroot(rootfs);
	chdir("/");
}
