// diagnosis: refused-call
// Believed that a path without its first slash starts at the root all the same.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chdir(rootfs.slice(1));
	chroot(".");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
