// diagnosis: still-inside
// Believed that the root comes back by itself when the command starts.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {}
