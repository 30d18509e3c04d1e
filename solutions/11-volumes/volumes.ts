import { execFileSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import {
	AT_EMPTY_PATH,
	AT_RECURSIVE,
	CLONE_NEWNS,
	flock,
	LOCK_EX,
	LOCK_NB,
	LOCK_SH,
	MOUNT_ATTR_RDONLY,
	MS_BIND,
	MS_NODEV,
	MS_NOSUID,
	MS_PRIVATE,
	MS_REC,
	mount,
	mountSetattr,
	O_PATH,
	openat2,
	RESOLVE_IN_ROOT,
	unshare,
} from "#kernel";

/** What a container finds at one of its paths. */
export interface Volume {
	/** Absolute path of a directory or file of the host; null for an empty tmpfs. */
	source: string | null;
	/** Absolute path in the container. Nothing need be there in the image. */
	target: string;
	readOnly: boolean;
}

/**
 * Mounts volumes below a container's root, for the container alone.
 *
 * Called in the container's first process, which still sees the host's files, and is in the host's mount namespace.
 * Afterwards, the engine carries all mounts below `rootfs` into the container.
 */
export function mountVolumes(rootfs: string, volumes: readonly Volume[]): void {
	unshare(CLONE_NEWNS);
	// Before the first bind mount, because a copy of a shared mount is shared with the host, too.
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	withPlaces(rootfs, ({ open, openOrMake }) => {
		for (const { source, target, readOnly } of volumes) {
			const place = pathOf(openOrMake(target, source === null || statSync(source).isDirectory()));
			if (source === null) mount("tmpfs", place, "tmpfs", MS_NOSUID | MS_NODEV, null);
			else mount(source, place, null, MS_BIND | MS_REC, null);
			if (!readOnly) continue;
			// Opened again, because `place` is what the mount has covered.
			mountSetattr(open(target), "", AT_EMPTY_PATH | AT_RECURSIVE, { attrSet: MOUNT_ATTR_RDONLY });
		}
	});
}

/** A path that leads to an open file, wherever that is. */
const pathOf = (fd: number) => `/proc/self/fd/${fd}`;

/** Opens paths as a process in the container would: the links of an image lead to files of the image. */
function withPlaces(rootfs: string, work: (places: Record<"open" | "openOrMake", typeof openOrMake>) => void): void {
	const opened = [openSync(rootfs, "r")];
	const open = (path: string): number => {
		opened.push(openat2(opened[0] as number, path, { flags: O_PATH, resolve: RESOLVE_IN_ROOT }));
		return opened.at(-1) as number;
	};
	function openOrMake(path: string, asDirectory = true): number {
		try {
			return open(path);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		}
		const missing = `${pathOf(openOrMake(dirname(path)))}/${basename(path)}`;
		// Neither call follows a link: the path has only one more name, and each call fails if anything has this name.
		if (asDirectory) mkdirSync(missing);
		else closeSync(openSync(missing, "wx"));
		return open(path);
	}
	try {
		work({ open, openOrMake });
	} finally {
		// The container's init inherits open files. From a directory of the host, ".." leads to the host's root.
		opened.forEach((fd) => void closeSync(fd));
	}
}

/**
 * Makes a named volume at its first use, with what the image has at the target. Called on the host, by one container
 * at a time.
 * @param path absolute path of the volume's directory on the host; its parent directory exists
 * @param rootfs the container's root, on the host
 * @param target absolute path in the container, where the volume will be
 * @returns a descriptor. As long as it is open, in this or a forked process, the volume is in use
 */
export function useVolume(path: string, rootfs: string, target: string): number {
	if (!existsSync(path)) {
		// Under another name at first: an engine that is killed now leaves no volume that is only half full.
		const unfinished = `${dirname(path)}/.${basename(path)}`;
		rmSync(unfinished, { recursive: true, force: true });
		mkdirSync(unfinished);
		withPlaces(rootfs, ({ openOrMake }) => {
			// cp keeps owners, modes, times and links. The "." stands for the directory itself as well.
			execFileSync("cp", ["-a", ".", unfinished], { cwd: pathOf(openOrMake(target)) });
		});
		renameSync(unfinished, path);
	}
	const volume = openSync(path, "r");
	flock(volume, LOCK_SH);
	return volume;
}

/** Removes a named volume. @throws {SyscallError} EAGAIN it is in use */
export function removeVolume(path: string): void {
	const volume = openSync(path, "r");
	try {
		flock(volume, LOCK_EX | LOCK_NB);
		rmSync(path, { recursive: true });
	} finally {
		closeSync(volume);
	}
}
