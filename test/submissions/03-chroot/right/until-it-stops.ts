// Climbs until it goes no further, with Node's own chdir.
import { mkdirSync, rmdirSync, statSync } from "node:fs";
import { chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	process.chdir("/");
	console.log("inside", rootfs);
}

export function breakOut(): void {
	mkdirSync("below");
	chroot("below");
	rmdirSync("below");
	while (statSync(".").ino !== statSync("..").ino) process.chdir("..");
	chroot(".");
	console.log("outside");
}
