// The rootfs as the lower layer of an overlay: the command cannot change it.
import { mkdirSync } from "node:fs";
import { CLONE_NEWNS, chdir, MNT_DETACH, MS_PRIVATE, MS_REC, mount, pivotRoot, umount2, unshare } from "#kernel";

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount("layers", "/mnt", "tmpfs", 0, "size=4m");
	for (const name of ["upper", "work", "merged"]) mkdirSync(`/mnt/${name}`);
	mount("overlay", "/mnt/merged", "overlay", 0, `lowerdir=${rootfs},upperdir=/mnt/upper,workdir=/mnt/work`);
	chdir("/mnt/merged");
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}
