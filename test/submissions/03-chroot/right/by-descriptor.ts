// Holds the place by a descriptor while it is elsewhere.
import { closeSync, openSync } from "node:fs";
import { chdir, chroot, fchdir } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	const place = openSync("/", "r");
	chdir("/tmp");
	chroot(".");
	fchdir(place);
	closeSync(place);
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
