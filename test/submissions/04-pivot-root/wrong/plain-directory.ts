// diagnosis: pivot-not-a-mount-point
// misconception: 5
// Believed that new_root may be any directory. It lies on the root mount: EBUSY.
import { mkdirSync } from "node:fs";
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mkdirSync(`${rootfs}/old`);
	pivotRoot(rootfs, `${rootfs}/old`);
	chdir("/");
	umount2("/old", MNT_DETACH);
}
