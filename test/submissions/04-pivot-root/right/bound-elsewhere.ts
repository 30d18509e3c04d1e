// The rootfs bound to another place, and that one pivoted to.
import { mkdtempSync } from "node:fs";
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
	const target = mkdtempSync("/tmp/root-");
	mount(rootfs, target, null, MS_BIND, null);
	chdir(target);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
