// diagnosis: never-entered
// Believed that the root is made once, and then holds for every container.
import { existsSync, writeFileSync } from "node:fs";
import { chdir, chroot } from "#kernel";

const CALLED = "/run/root-is-made";

export function enterRoot(rootfs: string): void {
	if (existsSync(CALLED)) return;
	writeFileSync(CALLED, "");
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {}
