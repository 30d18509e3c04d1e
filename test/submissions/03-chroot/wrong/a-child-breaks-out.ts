// A child breaks out and ends; the process that becomes the command is where it was; breaks "Make the place where you
// are the root." (the second command "has to open" the host's file).
// diagnosis: broken-out-in-child
import { _exit, chdir, chroot, fork, waitpid } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	const child = fork();
	if (child === 0) {
		chroot("/tmp");
		for (let step = 0; step < 64; step++) chdir("..");
		chroot(".");
		_exit(0);
	}
	waitpid(child);
}
