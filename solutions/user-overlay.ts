import { readFileSync } from "node:fs";
import { mount, umount2 } from "#kernel";

/**
 * Mounts an overlay once more, with the same layers, so that it keeps its notes in extended attributes that an ordinary
 * user may set. Otherwise, directories of the image could not be removed: a user namespace may not set the attributes
 * `trusted.overlay.*`.
 * @param merged the mount point of the overlay; nobody uses it yet
 * @see overlayfs in the kernel's documentation, "User xattr"
 */
export function remountWithUserAttributes(merged: string): void {
	const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
	const options = lines.findLast((line) => line.split(" ")[4] === merged)?.split(" - overlay overlay ")[1];
	if (options === undefined) return;
	const layers = options.split(",").filter((option) => /^(lowerdir|upperdir|workdir)\b/.test(option));
	umount2(merged, 0);
	mount("overlay", merged, "overlay", 0, [...layers, "userxattr"].join(","));
}
