// A tmpfs as the root, with a copy of the rootfs in it: gone with the container.
import { cpSync } from "node:fs";
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount("container", "/mnt", "tmpfs", 0, "size=16m");
	cpSync(rootfs, "/mnt", { recursive: true, verbatimSymlinks: true });
	chdir("/mnt");
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
