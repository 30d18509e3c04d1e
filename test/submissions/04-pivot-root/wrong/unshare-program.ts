// diagnosis: chroot-only
// misconception: 6
// Believed that a started unshare(1) changes the process that starts it.
import { execFileSync } from "node:child_process";
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	execFileSync("unshare", ["--mount", "--propagation", "private", "mount", "--rbind", rootfs, rootfs]);
	chroot(rootfs);
	chdir("/");
}
