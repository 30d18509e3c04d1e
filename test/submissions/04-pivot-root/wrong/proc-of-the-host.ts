// The host's /proc is bound into the rootfs, so that ps works: /proc/1/root leads to all of the host's files.
// diagnosis: host-mounts-visible
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

/** Makes `rootfs` the root of this process, with no way back. */
export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	// ps and top read it.
	mount("/proc", `${rootfs}/proc`, null, MS_BIND, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
