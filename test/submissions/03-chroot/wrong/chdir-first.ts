// diagnosis: cwd-outside
// misconception: 6
// Believed that "/" is the new root already.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chdir("/");
	chroot(rootfs);
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
