// diagnosis: never-entered
// Believed that enterRoot is called once.
import { mkdirSync } from "node:fs";
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	mkdirSync("/run/containers");
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
