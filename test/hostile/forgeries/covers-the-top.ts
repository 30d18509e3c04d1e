// Moves the root by chroot alone, and covers the host's root with an empty file system, so that a break-out that climbs to
// the top finds itself in there.
// lesson: 04
// diagnosis: escape-works
import { openSync } from "node:fs";
import { CLONE_NEWNS, chdir, chroot, fchdir, MS_BIND, MS_PRIVATE, MS_REC, mount, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	const root = openSync(rootfs, "r");
	mount("cover", "/", "tmpfs", 0, null);
	fchdir(root);
	chroot(".");
	chdir("/");
}
