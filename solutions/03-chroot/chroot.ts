import { mkdirSync } from "node:fs";
import { chdir, chroot } from "#kernel";

/** More steps than any path here has directories. At the very top, a further step does nothing. */
const ENOUGH_STEPS = 64;

/**
 * Makes `rootfs` the place where this process's paths start.
 * @param rootfs absolute path of a directory that holds the container's files
 * @throws {SyscallError} ENOENT, ENOTDIR no such directory; EPERM no CAP_SYS_CHROOT
 * @see chroot(2), chdir(2)
 */
export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	// chroot moves only the root. Without this chdir, the current directory would stay outside.
	chdir("/");
}

/**
 * Leaves the root that {@link enterRoot} has made: afterwards, this process's paths start at the host's root again.
 * @throws {SyscallError} EPERM no CAP_SYS_CHROOT: only root can do this
 * @see chroot(2), DESCRIPTION
 */
export function breakOut(): void {
	mkdirSync("/tmp", { recursive: true });
	// The root moves down, and the current directory stays above it. So the climb with ".." never meets the root.
	chroot("/tmp");
	for (let step = 0; step < ENOUGH_STEPS; step++) chdir("..");
	chroot(".");
}
