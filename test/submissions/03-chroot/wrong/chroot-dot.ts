// diagnosis: command-not-in-root
// Believed that the engine starts it in the rootfs.
import { chdir, chroot } from "#kernel";

export function enterRoot(_rootfs: string): void {
	chroot(".");
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
