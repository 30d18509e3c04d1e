// diagnosis: root-unchanged
// Believed that the current directory is where all paths start.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chdir(rootfs);
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
