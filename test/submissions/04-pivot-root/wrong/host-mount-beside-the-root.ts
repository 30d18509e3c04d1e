// diagnosis: host-mounts-below
// misconception: 6
// Believed that chroot hides for good what lies beside the new root: here the host's /etc, in a tmpfs around it.
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
	mount("around", "/mnt", "tmpfs", 0, null);
	mkdirSync("/mnt/root");
	mkdirSync("/mnt/etc");
	mount(rootfs, "/mnt/root", null, MS_BIND | MS_REC, null);
	mount("/etc", "/mnt/etc", null, MS_BIND, null);
	chdir("/mnt");
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chroot("/root");
	chdir("/");
}
