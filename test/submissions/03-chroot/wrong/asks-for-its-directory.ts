// diagnosis: cwd-has-no-name
// Believed that the current directory has a path wherever it is.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	while (process.cwd() !== "/") process.chdir("..");
	chroot(".");
}
