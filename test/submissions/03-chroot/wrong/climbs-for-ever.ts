// diagnosis: break-out-never-ends
// Believed that climbing fails at the top.
import { mkdirSync } from "node:fs";
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {
	mkdirSync("/tmp", { recursive: true });
	chroot("/tmp");
	try {
		for (;;) chdir("..");
	} catch {
		chroot(".");
	}
}
