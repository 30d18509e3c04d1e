// diagnosis: command-runs-twice
// Believed that the child goes on as the container; but the parent comes back too, and starts the command once more.
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
	waitpid,
} from "#kernel";

export function enterRoot(rootfs: string): void {
	const pid = fork();
	if (pid !== 0) {
		waitpid(pid);
		return;
	}
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
