// diagnosis: processes-left
// Believed that a mount namespace goes away unless a process is kept in it.
import {
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

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	if (fork() === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
