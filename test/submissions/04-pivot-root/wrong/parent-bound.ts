// diagnosis: pivot-not-a-mount-point
// misconception: 5
// Believed that "its parent must be a mount point" is what pivot_root asks for.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { CLONE_NEWNS, MS_BIND, MS_PRIVATE, MS_REC, mount, pivotRoot, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(dirname(rootfs), dirname(rootfs), null, MS_BIND, null);
	mkdirSync(`${rootfs}/old`);
	pivotRoot(rootfs, `${rootfs}/old`);
}
