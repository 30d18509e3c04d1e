// diagnosis: dotdot-stops-at-root
// Believed that the climb comes first.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
	chdir("/");
}
