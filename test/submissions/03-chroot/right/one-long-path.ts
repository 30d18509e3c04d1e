// All steps in one path, and at the end the current directory at the new root.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	chdir("../".repeat(100));
	chroot(".");
	chdir("/");
}
