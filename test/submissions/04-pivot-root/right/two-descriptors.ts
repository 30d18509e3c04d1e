// As LXC does it, with open directories: into the old root by fchdir, detach it, back into the new one; both closed.
import { closeSync, constants, openSync } from "node:fs";
import {
	CLONE_NEWNS,
	chdir,
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
	try {
		fchdir(newRoot);
		pivotRoot(".", ".");
		fchdir(oldRoot);
		umount2(".", MNT_DETACH);
		fchdir(newRoot);
	} finally {
		closeSync(oldRoot);
		closeSync(newRoot);
	}
	chdir("/");
}
