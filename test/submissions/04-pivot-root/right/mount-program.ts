// mount(8) does the mounting: a child is in its parent's mount namespace.
import { execFileSync } from "node:child_process";
import { CLONE_NEWNS, chdir, MNT_DETACH, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	execFileSync("mount", ["--make-rprivate", "/"]);
	execFileSync("mount", ["--rbind", rootfs, rootfs]);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
