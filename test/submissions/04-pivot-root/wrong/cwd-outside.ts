// diagnosis: cwd-outside
// misconception: 6
// Believed that the current directory moves with the root.
import { mkdirSync } from "node:fs";
import { CLONE_NEWNS, MNT_DETACH, MS_BIND, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	mkdirSync(`${rootfs}/old`);
	pivotRoot(rootfs, `${rootfs}/old`);
	umount2("/old", MNT_DETACH);
}
