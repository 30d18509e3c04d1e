// diagnosis: broken-out-in-child
// Believed that a child's root is its parent's, too.
import { _exit, chdir, chroot, fork, waitpid } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	const pid = fork();
	if (pid === 0) {
		chroot("/tmp");
		chdir("../../../../../../../..");
		chroot(".");
		_exit(0);
	}
	waitpid(pid);
}
