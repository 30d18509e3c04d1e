// A child in the same mount namespace pivots; that moves the root of all who had the old one, its parent too.
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
	waitpid,
} from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND, null);
	const helper = fork();
	if (helper === 0) _exit(pivot(rootfs));
	const { status } = waitpid(helper);
	if (status !== 0) throw new Error(`the helper could not pivot: status ${status}`);
	chdir("/");
}

function pivot(rootfs: string): number {
	try {
		chdir(rootfs);
		pivotRoot(".", ".");
		umount2(".", MNT_DETACH);
		return 0;
	} catch {
		return 1;
	}
}
