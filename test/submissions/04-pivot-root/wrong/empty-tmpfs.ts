// diagnosis: command-not-in-root
// Believed that the rootfs may lie anywhere below the new root.
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
	mount("tmpfs", "/mnt", "tmpfs", 0, null);
	mkdirSync("/mnt/rootfs");
	mount(rootfs, "/mnt/rootfs", null, MS_BIND | MS_REC, null);
	chdir("/mnt");
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
