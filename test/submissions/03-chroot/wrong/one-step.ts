// diagnosis: not-at-the-top
// Believed that the host's root is right above the rootfs.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	chdir("..");
	chroot(".");
}
