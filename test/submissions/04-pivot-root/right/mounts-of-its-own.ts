// Mounts proc, and a tmpfs on /tmp and /dev, before it becomes the root.
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
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	mount("proc", `${rootfs}/proc`, "proc", 0, null);
	mount("tmp", `${rootfs}/tmp`, "tmpfs", 0, "size=1m");
	mount("dev", `${rootfs}/dev`, "tmpfs", 0, "size=64k");
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
