// diagnosis: break-out-refused
// Believed that a rootfs has no /tmp.
import { mkdirSync } from "node:fs";
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	mkdirSync("/tmp");
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
