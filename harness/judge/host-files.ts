import type { HostState, Mount, Place, ProcessState } from "../protocol/index.ts";
import type { Rootfs } from "./check.ts";

/** What of the host's files a process can get at: which mounts show them, and what its root is. */

/**
 * Windows into the kernel: every mount of one shows the same, and none of the host's files. A proc of one's own is a file
 * system of its own, with a device of its own; the host's, bound, leads to all of the host's files by /proc/1/root.
 */
const WINDOWS = new Set(["sysfs", "cgroup2", "mqueue"]);
/** Devices that hold nothing and lead nowhere: a container may have them bound one by one. */
const HARMLESS = new Set(["/null", "/zero", "/full", "/random", "/urandom", "/tty"]);

/** What of a mount tells which directory it shows. */
type Shown = Pick<Mount, "device" | "root" | "fstype">;

/** Where the host has the directory that a mount shows; undefined where it is on no file system of the host's. */
export function placeOnHost(host: readonly Mount[], { device, root, fstype }: Shown): string | undefined {
	if (WINDOWS.has(fstype) || (fstype === "devtmpfs" && HARMLESS.has(root))) return undefined;
	const same = host.filter((mount) => mount.device === device);
	const above = same.find((mount) => isWithin(root, mount.root));
	if (above === undefined) return same.length === 0 ? undefined : `${same[0]?.mountPoint} (${root} of it)`;
	const below = root.slice(above.root === "/" ? 1 : above.root.length + 1);
	return below === "" ? above.mountPoint : `${above.mountPoint === "/" ? "" : above.mountPoint}/${below}`;
}

/**
 * The mounts that show files of the host's, but for those of one directory.
 * @param own the directory that the process may have: its rootfs
 */
export function hostFiles<T extends Shown>(host: readonly Mount[], seen: readonly T[], own: string | undefined): T[] {
	return seen.filter((mount) => {
		const place = placeOnHost(host, mount);
		return place !== undefined && (own === undefined || !isWithin(place, own));
	});
}

/** What a process's root is. A copy of the rootfs counts as the rootfs if it is on no file system of the host's. */
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
export function samePlace(one: Place | null | undefined, other: Place | null | undefined): boolean {
	return one?.device === other?.device && one?.inode === other?.inode && one !== null && one !== undefined;
}

const isWithin = (path: string, top: string) => path === top || path.startsWith(top === "/" ? "/" : `${top}/`);
