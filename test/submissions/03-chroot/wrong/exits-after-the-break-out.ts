// diagnosis: command-never-ran
// Believed that the command starts when the process that has broken out ends.
import { _exit, chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
	_exit(0);
}
