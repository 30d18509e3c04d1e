import { closeSync, existsSync, fstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
	AT_FDCWD,
	AT_RECURSIVE,
	CLONE_NEWNS,
	MNT_DETACH,
	MOVE_MOUNT_F_EMPTY_PATH,
	MS_PRIVATE,
	MS_REC,
	mount,
	moveMount,
	OPEN_TREE_CLONE,
	openTree,
	umount2,
	unshare,
} from "#kernel";

/** A copy of a mount that is attached nowhere. A process can take it from one root to another. */
export interface CarriedMount {
	/** The descriptor of the copy. */
	tree: number;
	/** Where it was mounted, relative to the root. */
	path: string;
}

/**
 * Takes along all mounts below a container's root, which is a mount point, for {@link attachMounts}. Some ways to
 * change the root would keep what is mounted below it, others would not.
 * @returns copies of the mounts. The mounts themselves are unmounted, in a new mount namespace of this process
 */
export function takeMounts(rootfs: string): CarriedMount[] {
	// The mounts are removed in this namespace only.
	unshare(CLONE_NEWNS);
	const paths = mountsBelow(rootfs);
	const taken = paths.map((path) => ({
		tree: openTree(AT_FDCWD, `${rootfs}${path}`, OPEN_TREE_CLONE | AT_RECURSIVE),
		path,
	}));
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	for (const path of paths) umount2(`${rootfs}${path}`, MNT_DETACH);
	return taken;
}

/** Attaches mounts in the root of this process, in the order in which they were made. */
export function attachMounts(mounts: readonly CarriedMount[]): void {
	for (const { tree, path } of mounts) {
		// A mount that was made since then, such as /dev, may have covered the place.
		if (!existsSync(path)) makePlace(path, fstatSync(tree).isDirectory());
		moveMount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
		closeSync(tree);
	}
}

function makePlace(path: string, asDirectory: boolean): void {
	mkdirSync(asDirectory ? path : dirname(path), { recursive: true });
	if (!asDirectory) writeFileSync(path, "");
}

// The mount points below a mount point, without those that are below another one. See proc_pid_mountinfo(5).
function mountsBelow(top: string): string[] {
	const lines = readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n");
	const mounts = lines.map((line) => {
		const [id, parent, , , point = ""] = line.split(" ");
		return { id, parent, point: point.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8))) };
	});
	// The last mount on the same mount point covers the others, with everything below them.
	const topmost = mounts.findLast(({ point }) => point === top)?.id;
	return mounts
		.filter(({ parent, point }) => parent === topmost && point.startsWith(`${top}/`))
		.map(({ point }) => point.slice(top.length));
}
