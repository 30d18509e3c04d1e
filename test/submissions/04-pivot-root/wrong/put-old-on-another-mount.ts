// diagnosis: pivot-put-old-outside
// misconception: 5
// Believed that put_old may be anywhere, as long as it is not on the root mount.
import { mkdirSync } from "node:fs";
import { CLONE_NEWNS, chdir, MS_BIND, MS_PRIVATE, MS_REC, mount, pivotRoot, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	mkdirSync("/dev/shm/old");
	pivotRoot(rootfs, "/dev/shm/old");
	chdir("/");
}
