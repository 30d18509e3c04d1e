// diagnosis: wall-on-the-way
// Believed that the root climbs along, if chroot is called at every step.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) {
		chdir("..");
		chroot(".");
	}
}
