import { closeSync, fstatSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
	AT_FDCWD,
	AT_RECURSIVE,
	MNT_DETACH,
	MOVE_MOUNT_F_EMPTY_PATH,
	MS_PRIVATE,
	MS_REC,
	mount,
	moveMount,
	OPEN_TREE_CLONE,
	openTree,
	umount2,
} from "#kernel";

/**
 * What a container of an ordinary user needs of the host until its own root is complete. `/proc` and `/sys`: in a user
 * namespace, the kernel allows a new mount of these file systems only while an old one is completely visible. Device
 * files: a user namespace may make none, so the container gets the host's.
 * @see mount_namespaces(7), user_namespaces(7)
 */

/** Copies of mounts that are attached nowhere: a descriptor for each path of the host. */
export type HostTrees = ReadonlyMap<string, number>;

/** Where they are attached in the container's root, for a moment. */
const PLACE = "/.box";

/** Called while the host's root is still this process's root. @param devices paths of device files */
export function openHostTrees(devices: readonly string[]): HostTrees {
	const paths = ["/proc", "/sys", ...devices];
	return new Map(paths.map((path) => [path, openTree(AT_FDCWD, path, OPEN_TREE_CLONE | AT_RECURSIVE)]));
}

/** Attaches the copies below this process's root, and closes them. */
export function showHostTrees(trees: HostTrees): void {
	mkdirSync(PLACE);
	mount("tmpfs", PLACE, "tmpfs", 0, null);
	for (const [path, tree] of trees) {
		const place = hostTree(path);
		const isDirectory = fstatSync(tree).isDirectory();
		mkdirSync(isDirectory ? place : dirname(place), { recursive: true });
		if (!isDirectory) writeFileSync(place, "");
		moveMount(tree, "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH);
		closeSync(tree);
	}
	// Otherwise they would still follow the mounts that they are copies of.
	mount(null, PLACE, null, MS_REC | MS_PRIVATE, null);
}

/** Where a path of the host is, between {@link showHostTrees} and {@link hideHostTrees}. */
export const hostTree = (path: string): string => `${PLACE}${path}`;

/** Detaches all copies. A mount that was made from one remains. */
export function hideHostTrees(): void {
	umount2(PLACE, MNT_DETACH);
	rmdirSync(PLACE);
}
