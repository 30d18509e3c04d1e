import type { FileId, HostState, Mount, ProcessState } from "../protocol/index.ts";
import type { Rootfs } from "./check.ts";

/** Tells which of the host's files a process can reach: which mounts show them, and what the process's root is. */

/**
 * File systems that show the state of the kernel, and none of the host's files. proc is not among them: a bind mount of
 * the host's proc leads to all of the host's files, by /proc/1/root. A new proc has a device of its own, so it is on no
 * file system of the host.
 */
const KERNEL_FILE_SYSTEMS = new Set(["sysfs", "cgroup2", "mqueue"]);
/** Device files that give no access to the host's files. A container may have bind mounts of them. */
const HARMLESS_DEVICES = new Set(["/null", "/zero", "/full", "/random", "/urandom", "/tty"]);

/** The fields of a mount that identify the directory that it shows. */
type Shown = Pick<Mount, "device" | "root" | "fstype">;

/**
 * The host's path of what a mount shows. If no path of the host leads there, the text names the mount point of the same
 * file system, and the directory in that file system. Undefined if the mount is harmless, or on no file system of the
 * host.
 */
export function placeOnHost(host: readonly Mount[], { device, root, fstype }: Shown): string | undefined {
	if (KERNEL_FILE_SYSTEMS.has(fstype) || (fstype === "devtmpfs" && HARMLESS_DEVICES.has(root))) return undefined;
	const same = host.filter((mount) => mount.device === device);
	const above = same.find((mount) => isWithin(root, mount.root));
	if (above === undefined) return same.length === 0 ? undefined : `${same[0]?.mountPoint} (${root} of it)`;
	const below = root.slice(above.root === "/" ? 1 : above.root.length + 1);
	return below === "" ? above.mountPoint : `${above.mountPoint === "/" ? "" : above.mountPoint}/${below}`;
}

/**
 * The mounts in `seen` that show files of the host's outside of `own`.
 * @param own the directory of the host that the process may see: its rootfs; undefined if there is none
 */
export function hostFiles<T extends Shown>(host: readonly Mount[], seen: readonly T[], own: string | undefined): T[] {
	return seen.filter((mount) => {
		const place = placeOnHost(host, mount);
		return place !== undefined && (own === undefined || !isWithin(place, own));
	});
}

/**
 * What a process's root is. A copy of the rootfs counts as the rootfs, unless it is on a file system of the host. A root
 * directory that has the file `marker` is such a copy. A root that could not be read counts as the host's.
 */
export function rootOf(
	{ places, mounts }: HostState,
	{ rootPlace, root }: Pick<ProcessState, "rootPlace" | "root">,
	{ path = "", marker = "" }: Partial<Rootfs> = {},
): "the host's" | "the rootfs" | "another directory" {
	if (rootPlace === null || samePlace(rootPlace, places["/"])) return "the host's";
	if (samePlace(rootPlace, places[path])) return "the rootfs";
	const onHost = mounts.some(({ device }) => device === rootPlace.device);
	return !onHost && marker !== "" && root.includes(marker) ? "the rootfs" : "another directory";
}

/** Whether both name the same file or directory. */
export function samePlace(one: FileId | null | undefined, other: FileId | null | undefined): boolean {
	return one?.device === other?.device && one?.inode === other?.inode && one !== null && one !== undefined;
}

const isWithin = (path: string, top: string) => path === top || path.startsWith(top === "/" ? "/" : `${top}/`);
