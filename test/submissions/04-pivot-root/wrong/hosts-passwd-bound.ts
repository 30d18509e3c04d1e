// Binds a single file of the host's, /etc/passwd, into the container; breaks "Nothing of the host's may be left in the
// mount namespace".
// diagnosis: host-mounts-visible
import { closeSync, openSync } from "node:fs";
import {
	CLONE_NEWNS,
	chdir,
	MNT_DETACH,
	MS_BIND,
	MS_PRIVATE,
	MS_RDONLY,
	MS_REC,
	MS_REMOUNT,
	mount,
	pivotRoot,
	umount2,
	unshare,
} from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);

	// So that `ls -l` can show names. Read-only, so nothing can happen to it.
	mount("etc", "etc", "tmpfs", 0, "mode=755");
	closeSync(openSync("etc/passwd", "w"));
	mount("/etc/passwd", "etc/passwd", null, MS_BIND, null);
	mount(null, "etc/passwd", null, MS_REMOUNT | MS_BIND | MS_RDONLY, null);

	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
