// diagnosis: no-command-outside
// Believed that the directory that holds the rootfs is the host's root.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot("lab");
}
