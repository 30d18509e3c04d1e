// diagnosis: pivot-not-a-mount-point
// misconception: 5
// Believed that a directory anywhere on a mount of its own will do. It is on another mount than the root: EINVAL.
import { mkdirSync } from "node:fs";
import { CLONE_NEWNS, MS_PRIVATE, MS_REC, mount, pivotRoot, unshare } from "#kernel";

export function enterRoot(_rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	mount("tmpfs", "/mnt", "tmpfs", 0, null);
	mkdirSync("/mnt/new/old", { recursive: true });
	pivotRoot("/mnt/new", "/mnt/new/old");
}
