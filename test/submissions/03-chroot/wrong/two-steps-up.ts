// Climbs two steps, as /lab/rootfs would need; breaks "Climb with `..` to the very top. How deep the rootfs lies
// cannot be known inside".
// diagnosis: not-at-the-top
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	chroot("/tmp");
	chdir("../.."); // rootfs -> lab -> the top
	chroot(".");
}
