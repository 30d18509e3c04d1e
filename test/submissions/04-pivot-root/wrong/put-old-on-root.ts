// diagnosis: pivot-put-old-on-root
// misconception: 5
// Believed that put_old is a path of the old root, where there is room for it.
import { mkdtempSync } from "node:fs";
import { CLONE_NEWNS, chdir, MS_BIND, MS_PRIVATE, MS_REC, mount, pivotRoot, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	pivotRoot(rootfs, mkdtempSync("/tmp/old-"));
	chdir("/");
}
