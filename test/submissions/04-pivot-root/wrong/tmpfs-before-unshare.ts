// diagnosis: bound-on-host
// Believed that the files can be prepared on the host, and only the change of the root has to be private.
import { cpSync } from "node:fs";
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	mount("container", "/mnt", "tmpfs", 0, "size=16m");
	cpSync(rootfs, "/mnt", { recursive: true, verbatimSymlinks: true });
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount("proc", "/mnt/proc", "proc", 0, null);
	chdir("/mnt");
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
