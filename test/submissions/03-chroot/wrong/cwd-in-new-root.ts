// diagnosis: cwd-moved-along
// Believed that one has to be in the directory that becomes the root.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chdir("/tmp");
	chroot(".");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
