// diagnosis: wall-on-the-way
// Believed that the way up can be made in two parts, each with its chroot.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	chdir("../..");
	chroot(".");
	chdir("../../../../../../../..");
	chroot(".");
}
