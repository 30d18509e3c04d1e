// A tmpfs of its own on /dev with the host's /dev/null bound into it, which the task allows, before the pivot.
import { closeSync, openSync } from "node:fs";
import {
	CLONE_NEWNS,
	chdir,
	MNT_DETACH,
	MS_BIND,
	MS_NOEXEC,
	MS_NOSUID,
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
	chdir(rootfs);
	mount("dev", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k");
	bindFile("/dev/null", "dev/null");
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}

function bindFile(source: string, target: string): void {
	closeSync(openSync(target, "w"));
	mount(source, target, null, MS_BIND, null);
}
