// Calls chdir("/") before chroot, so the current directory is the host's top; breaks "Bring the current directory
// inside.".
// diagnosis: cwd-outside
// misconception: 6
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chdir("/");
	chroot(rootfs);
}

export function breakOut(): void {
	chdir("/");
	chroot("/tmp");
	for (let step = 0; step < 64; step++) chdir("..");
	chroot(".");
}
