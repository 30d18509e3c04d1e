// diagnosis: pivot-after-chroot
// misconception: 5
// Believed that a chroot into the parent directory shortens the paths. The root is then no mount point: EINVAL.
import { basename, dirname } from "node:path";
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
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chroot(dirname(rootfs));
	chdir(`/${basename(rootfs)}`);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
}
