// diagnosis: pivot-new-root-in-rootfs
// misconception: 5
// Believed that the arguments are those of mv: from old to new.
import { mkdirSync } from "node:fs";
import {
	CLONE_NEWNS,
	chdir,
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
	pivotRoot(`${rootfs}/old`, rootfs);
	chdir("/");
	umount2("/old", MNT_DETACH);
}
