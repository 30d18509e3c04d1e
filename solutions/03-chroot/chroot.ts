import { mkdirSync } from "node:fs";
import { chdir, chroot } from "#kernel";

/**
 * Makes `rootfs` the place where this process's paths start.
 * @param rootfs absolute path of a directory that holds the container's files
 */
export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
}

/** Leaves the root that {@link enterRoot} has made: afterwards, this process's paths start at the host's root again. */
export function breakOut(): void {
	mkdirSync("/tmp", { recursive: true });
	// The root moves below, the current directory stays above it: from here on ".." never meets the root.
	chroot("/tmp");
	for (let up = 0; up < 64; up++) chdir("..");
	chroot(".");
}
