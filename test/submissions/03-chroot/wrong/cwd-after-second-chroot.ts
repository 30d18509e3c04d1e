// diagnosis: cwd-moved-along
// Believed that every chroot wants its chdir("/").
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	chdir("/");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
