// diagnosis: engine-left-host
// Believed that what every container needs can be done once, when the module is loaded.
import { mkdirSync } from "node:fs";
import { CLONE_NEWNS, chdir, chroot, unshare } from "#kernel";

unshare(CLONE_NEWNS);

/** More than any path here has directories; at the top, one step too many stays where it is. */
const FAR_UP = 64;

/**
 * Makes `rootfs` the place where this process's paths start.
 * @param rootfs absolute path of a directory that holds the container's files
 * @throws {SyscallError} ENOENT, ENOTDIR no such directory; EPERM no CAP_SYS_CHROOT
 * @see chroot(2), chdir(2)
 */
export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	// chroot moves the root only. Left where it was, the current directory would be outside.
	chdir("/");
}

/**
 * Leaves the root that {@link enterRoot} has made: afterwards, this process's paths start at the host's root again.
 * @throws {SyscallError} EPERM no CAP_SYS_CHROOT: only root can do this
 * @see chroot(2), DESCRIPTION
 */
export function breakOut(): void {
	mkdirSync("/tmp", { recursive: true });
	// The root moves below, the current directory stays above it: from here on ".." never meets the root.
	chroot("/tmp");
	for (let up = 0; up < FAR_UP; up++) chdir("..");
	chroot(".");
}
