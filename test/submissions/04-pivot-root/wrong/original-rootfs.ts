// diagnosis: root-elsewhere
// Believed that there is only one rootfs, and wrote its path down.
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

const ROOTFS = "/lab/rootfs";

export function enterRoot(): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(ROOTFS, ROOTFS, null, MS_BIND | MS_REC, null);
	chdir(ROOTFS);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
