// diagnosis: pivot-after-chroot
// misconception: 5
// Believed that chroot goes to the new root, and pivot_root then throws away the old one.
import { mkdirSync } from "node:fs";
import {
	CLONE_NEWNS,
	chdir,
	chroot,
	MNT_DETACH,
	MS_BIND,
	MS_PRIVATE,
	MS_REC,
	mount,
	pivotRoot,
	umount2,
	unshare,
} from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	mkdirSync(`${rootfs}/old`);
	chroot(rootfs);
	chdir("/");
	pivotRoot("/", "/old");
	umount2("/old", MNT_DETACH);
}
