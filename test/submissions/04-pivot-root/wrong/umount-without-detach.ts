// diagnosis: old-root-busy
// Believed that nobody uses the old root any more.
import { mkdirSync } from "node:fs";
import { CLONE_NEWNS, chdir, MS_BIND, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	mkdirSync(`${rootfs}/old`);
	pivotRoot(rootfs, `${rootfs}/old`);
	chdir("/");
	umount2("/old", 0);
}
