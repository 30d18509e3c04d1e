// diagnosis: root-elsewhere
// Believed that there is only one rootfs, and wrote its path down.
import { chdir, chroot } from "#kernel";

export function enterRoot(): void {
	chroot("/lab/rootfs");
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
