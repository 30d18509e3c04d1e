// diagnosis: processes-left
// Believed that a root goes away unless a process is kept in it.
import { chdir, chroot, fork } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
	if (fork() === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

export function breakOut(): void {
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
