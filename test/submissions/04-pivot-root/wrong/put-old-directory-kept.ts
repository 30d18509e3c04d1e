// diagnosis: directory-left
// misconception: 17
// Believed that what is in the container's root goes with the container.
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
	mkdirSync(`${rootfs}/mnt/old`, { recursive: true });
	pivotRoot(rootfs, `${rootfs}/mnt/old`);
	umount2("/mnt/old", MNT_DETACH);
	chdir("/");
}
