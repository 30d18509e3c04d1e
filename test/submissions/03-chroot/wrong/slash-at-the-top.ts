// diagnosis: chroot-from-the-new-root
// Believed that "/" is the place that was climbed to.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	chdir("../../../../../../../../../../../..");
	chroot("/");
}
