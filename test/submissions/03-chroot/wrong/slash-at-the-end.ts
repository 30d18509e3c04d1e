// Ends with chroot("/"), which is the root that it has already (/tmp of the rootfs); breaks "Make the place where you
// are the root.".
// diagnosis: chroot-from-the-new-root
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let step = 0; step < 64; step++) chdir("..");
	chroot("/");
}
