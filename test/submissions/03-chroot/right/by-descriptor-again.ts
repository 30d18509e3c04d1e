// Moves with fchdir and open directories, not by path, in both directions; closes them.
import { closeSync, constants, openSync } from "node:fs";
import { chdir, chroot, fchdir } from "#kernel";

const openDirectory = (path: string) => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);

export function enterRoot(rootfs: string): void {
	const top = openDirectory(rootfs);
	chroot(rootfs);
	fchdir(top);
	closeSync(top);
}

export function breakOut(): void {
	const above = openDirectory("/");
	chroot("/tmp");
	fchdir(above);
	closeSync(above);
	let steps = 255;
	while (steps-- > 0) chdir("..");
	chroot(".");
	chdir("/");
}
