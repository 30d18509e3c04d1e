// Binds the rootfs to itself while everything is shared still, so the host gets that mount and keeps it; breaks "so
// that the host sees nothing of what follows" (2 before 3) and "the host notices nothing".
// diagnosis: mounts-leak
// misconception: 4
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
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null); // the new one as well, so it comes last
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
