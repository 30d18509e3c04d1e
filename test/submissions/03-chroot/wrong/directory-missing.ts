// diagnosis: break-out-refused
// Believed that chroot makes the directory.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/below");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
