// diagnosis: pivot-to-the-same-root
// misconception: 5
// Believed that the arguments are those of mount: first what is there, then where it goes.
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
	pivotRoot("/", rootfs);
	chdir("/");
	umount2("/", MNT_DETACH);
}
