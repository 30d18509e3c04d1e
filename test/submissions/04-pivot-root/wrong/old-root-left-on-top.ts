// diagnosis: old-root-attached
// misconception: 6
// Believed that pivot_root(".", ".") leaves the old root nowhere; it lies on top of the new one.
import { CLONE_NEWNS, chdir, MS_BIND, MS_PRIVATE, MS_REC, mount, pivotRoot, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	chdir("/");
}
