// Goes into the old root by descriptor to detach it, and does not come back; breaks "see to it that the current
// directory is in the new root.".
// diagnosis: cwd-outside
// misconception: 6
import { closeSync, constants, openSync } from "node:fs";
import {
	CLONE_NEWNS,
	fchdir,
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
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);

	const flags = constants.O_RDONLY | constants.O_DIRECTORY;
	const oldRoot = openSync("/", flags);
	const newRoot = openSync(rootfs, flags);
	fchdir(newRoot);
	pivotRoot(".", ".");
	fchdir(oldRoot);
	umount2(".", MNT_DETACH);
	closeSync(oldRoot);
	closeSync(newRoot);
}
