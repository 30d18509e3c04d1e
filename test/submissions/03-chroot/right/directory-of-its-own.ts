// Makes the lower directory itself, goes out by a descriptor of it, and removes nothing of the rootfs.
import { mkdtempSync, openSync } from "node:fs";
import { chdir, chroot, fchdir } from "#kernel";

export function enterRoot(rootfs: string): void {
	chdir(rootfs);
	chroot(".");
}

export function breakOut(): void {
	const top = openSync("/", "r");
	chroot(mkdtempSync("/tmp/below-"));
	fchdir(top);
	for (let up = 0; up < 32; up++) chdir("../..");
	chroot(".");
}
