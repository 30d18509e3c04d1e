// Enters the first container's root and not the second one's: there, breakOut has nothing to do.
// lesson: 03
// diagnosis: never-entered
import { existsSync, writeFileSync } from "node:fs";
import { chdir, chroot } from "#kernel";

const CALLED = "/tmp/called";

export function enterRoot(rootfs: string): void {
	if (existsSync(CALLED)) return;
	writeFileSync(CALLED, "");
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {}
