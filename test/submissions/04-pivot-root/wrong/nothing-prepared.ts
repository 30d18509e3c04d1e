// diagnosis: pivot-path-missing
// misconception: 5
// Believed that pivot_root is one call that needs nothing before it.
import { CLONE_NEWNS, chdir, MS_PRIVATE, MS_REC, mount, pivotRoot, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	pivotRoot(rootfs, `${rootfs}/old`);
	chdir("/");
}
