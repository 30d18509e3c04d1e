// MS_SLAVE: what the host mounts still comes in, nothing goes out. pivot_root asks for no more.
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_BIND, MS_REC, MS_SLAVE, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_SLAVE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
