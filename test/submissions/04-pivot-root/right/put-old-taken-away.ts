// A directory for the old root, made for this run, and removed again, also when pivot_root is refused.
import { mkdtempSync, rmdirSync } from "node:fs";
import { basename } from "node:path";
import {
	CLONE_NEWNS,
	chdir,
	MNT_DETACH,
	MS_BIND,
	MS_PRIVATE,
	MS_REC,
	mount,
	pivotRoot,
	UMOUNT_NOFOLLOW,
	umount2,
	unshare,
} from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);

	const putOld = mkdtempSync(`${rootfs}/.old-root-`);
	try {
		pivotRoot(rootfs, putOld);
	} catch (error) {
		rmdirSync(putOld);
		throw error;
	}
	chdir("/");
	const inside = `/${basename(putOld)}`;
	umount2(inside, MNT_DETACH | UMOUNT_NOFOLLOW);
	rmdirSync(inside);
}
