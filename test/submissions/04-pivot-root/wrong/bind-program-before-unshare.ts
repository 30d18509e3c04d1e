// diagnosis: mounts-on-host
// The same, but a program makes the mount: the ledger knows nothing of it.
import { execFileSync } from "node:child_process";
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	execFileSync("mount", ["--bind", rootfs, rootfs]);
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
