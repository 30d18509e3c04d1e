// diagnosis: host-files-in-root
// Believed that what the rootfs lacks should come from the host.
import { cpSync } from "node:fs";
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount("copy", "/mnt", "tmpfs", 0, "size=16m");
	cpSync(rootfs, "/mnt", { recursive: true, verbatimSymlinks: true });
	mount("overlay", "/mnt", "overlay", 0, "lowerdir=/mnt:/");
	chdir("/mnt");
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
