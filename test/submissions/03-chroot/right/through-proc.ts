// Mounts proc for a moment: /proc/1/root is the host's.
import { chdir, chroot, mount, umount2 } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	mount("proc", "/proc", "proc", 0, null);
	chroot("/proc/1/root");
	umount2("proc", 0);
	chdir("/");
}
