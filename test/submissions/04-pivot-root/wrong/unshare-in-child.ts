// diagnosis: unshared-in-child
// Believed that a new mount namespace is made in a child, and that the parent is then in it too.
import { _exit, CLONE_NEWNS, chdir, chroot, fork, MS_PRIVATE, MS_REC, mount, unshare, waitpid } from "#kernel";

export function enterRoot(rootfs: string): void {
	const pid = fork();
	if (pid === 0) {
		unshare(CLONE_NEWNS);
		mount(null, "/", null, MS_REC | MS_PRIVATE, null);
		_exit(0);
	}
	waitpid(pid);
	chroot(rootfs);
	chdir("/");
}
