// diagnosis: chroot-only
// misconception: 6
// Believed that chroot is what makes a container's root.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chdir(rootfs);
	chroot(".");
}
