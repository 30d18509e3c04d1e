// diagnosis: cwd-moved-along
// Believed that a path with enough ".." in it climbs, wherever it begins.
import { mkdirSync } from "node:fs";
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	mkdirSync("/tmp", { recursive: true });
	chroot("/tmp");
	chdir("/../../../../../..");
	chroot(".");
}
