// Climbs while the root still stops it, and moves the root afterwards; breaks the order of "Move the root to a
// directory further down" and "Climb with `..` to the very top".
// diagnosis: dotdot-stops-at-root
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	for (let step = 0; step < 64; step++) chdir("..");
	chroot("/tmp");
	chroot(".");
}
