// diagnosis: still-inside
// Believed that a link to / leads to the host's root.
import { symlinkSync } from "node:fs";
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	symlinkSync("/", "/tmp/host");
	chroot("/tmp/host");
	chdir("/");
}
