// diagnosis: mounts-left
// Believed that a mount made inside is gone with the container.
import { chdir, chroot, mount } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	mount("proc", "/proc", "proc", 0, null);
	chroot("/proc/1/root");
	chdir("/");
}
