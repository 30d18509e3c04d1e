// A directory for the old root, as the manual's example has it, and away with it.
import { mkdirSync, rmdirSync } from "node:fs";
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
	mount("none", "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND, null);
	mkdirSync(`${rootfs}/.old`);
	pivotRoot(rootfs, `${rootfs}/.old`);
	chdir("/");
	umount2("/.old", MNT_DETACH);
	rmdirSync("/.old");
}
