// diagnosis: zombie-left
// Believed that a helper which ends at once needs no waiting for.
import {
	_exit,
	CLONE_NEWNS,
	chdir,
	fork,
	MNT_DETACH,
	MS_BIND,
	MS_PRIVATE,
	MS_REC,
	mount,
	pivotRoot,
	umount2,
	unshare,
} from "#kernel";

if (fork() === 0) _exit(0);

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
