// diagnosis: dotdot-stops-at-root
// Believed that enough ".." lead out of any directory.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chdir("/../../../../../../../..");
	chroot(".");
}
