// Goes into the rootfs first and then makes "." the root; the door for the break-out is made, and removed on the way.
import { mkdtempSync, rmdirSync } from "node:fs";
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chdir(rootfs);
	chroot(".");
}

export function breakOut(): void {
	const door = mkdtempSync("/door-");
	chroot(door);
	rmdirSync(`.${door}`); // the current directory still is the old root
	for (let step = 0; step < 100; step++) chdir("..");
	chroot(".");
}
