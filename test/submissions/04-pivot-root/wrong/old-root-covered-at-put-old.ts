// diagnosis: old-root-attached
// misconception: 6
// Believed that a mount over the old root removes it.
import { mkdirSync } from "node:fs";
import { CLONE_NEWNS, chdir, MS_BIND, MS_PRIVATE, MS_REC, mount, pivotRoot, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	mkdirSync(`${rootfs}/old`);
	pivotRoot(rootfs, `${rootfs}/old`);
	chdir("/");
	mount("cover", "/old", "tmpfs", 0, null);
}
