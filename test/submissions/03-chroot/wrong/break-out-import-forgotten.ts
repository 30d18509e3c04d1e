// diagnosis: break-out-threw
// Forgot to import mkdirSync.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	// @ts-expect-error: that it is not known
	mkdirSync("/tmp", { recursive: true });
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
