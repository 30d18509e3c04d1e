// The host's harmless devices bound one by one, as engines without the right to make devices do.
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
	for (const name of ["null", "zero", "urandom"]) mount(`/dev/${name}`, `${rootfs}/dev/${name}`, null, MS_BIND, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
