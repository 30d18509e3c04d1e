// diagnosis: out-into-another-root
// Believed that any directory out there is the host.
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot("lab/rootfs");
}
