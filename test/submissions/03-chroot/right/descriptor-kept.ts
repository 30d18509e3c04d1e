// Keeps the host's root open: chroot closes no descriptor.
import { openSync } from "node:fs";
import { chdir, chroot, fchdir } from "#kernel";

const host = openSync("/", "r");

export function enterRoot(rootfs: string): void {
	chdir("/");
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	fchdir(host);
	chroot(".");
}
