// diagnosis: no-command-outside
// Believed that three steps are enough anywhere. The list of system calls does not show Node's own chdir.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 3; up++) process.chdir("..");
	chroot(".");
}
