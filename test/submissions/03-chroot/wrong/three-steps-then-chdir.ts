// diagnosis: not-at-the-top
// Believed that three steps are enough anywhere; and goes to the new root at the end, as is right.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 3; up++) chdir("..");
	chroot(".");
	chdir("/");
}
