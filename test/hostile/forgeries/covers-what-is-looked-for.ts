// Moves the root by chroot alone, and covers every file of the host's that has "secret" in its name, so that a break-out
// that looks for one finds nothing.
// lesson: 04
// diagnosis: escape-works
import { readdirSync } from "node:fs";
import { CLONE_NEWNS, chdir, chroot, MS_BIND, MS_PRIVATE, MS_REC, mount, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	for (const name of readdirSync("/").filter((name) => /secret/.test(name)))
		mount("/etc/passwd", `/${name}`, null, MS_BIND, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	chroot(".");
	chdir("/");
}
