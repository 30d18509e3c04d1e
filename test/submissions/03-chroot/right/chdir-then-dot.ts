// Goes there first, and makes the place where it is the root.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chdir(rootfs);
	chroot(".");
}

export function breakOut(): void {
	chroot("bin");
	chdir("../".repeat(200));
	chroot(".");
}
