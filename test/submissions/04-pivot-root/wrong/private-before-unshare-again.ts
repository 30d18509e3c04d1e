// Makes the mounts private before it has a mount table of its own, so the host's become private; breaks "the host
// notices nothing" and TODO(04.1) before TODO(04.2).
// diagnosis: host-made-private
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
	mount(null, "/", null, MS_REC | MS_PRIVATE, null); // first of all: nothing is to get out
	unshare(CLONE_NEWNS);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
