import * as v from "valibot";
import { count, device, list, text } from "./bounded-schemas.ts";
import type { Inspection, Subject } from "./subject.ts";

/** A line of /proc/PID/mountinfo. See proc_pid_mountinfo(5). */
const Mount = v.object({
	id: count,
	parentId: count,
	/** The device number of the file system. */
	device,
	/** Which directory of the file system is mounted. */
	root: text,
	/** Where the file system is mounted, as the process sees it. */
	mountPoint: text,
	/** Options of this mount alone, such as `ro,nosuid`. An older recording has none. */
	flags: v.optional(text, ""),
	/** Optional fields such as `shared:1` and `master:1`. */
	propagation: list(text),
	fstype: text,
	source: text,
	/** Options of the file system, such as `lowerdir=/a,upperdir=/b`. */
	options: text,
});
export type Mount = v.InferOutput<typeof Mount>;

const entries = { mounts: list(Mount) };

export const mounts: Subject<typeof entries, typeof entries> = { host: entries, process: entries };

export const mountsInspection: Inspection<typeof mounts> = {
	section: "hostname and files",
	rows(host, process) {
		const seen = mountsOfHost(host.mounts, process.mounts);
		const shown = (mount: Mount) => {
			const path = mount.root === "/" ? null : hostPathOf(mount, host.mounts);
			const from = path === null || path === mount.mountPoint ? [] : [`from ${path}`];
			const readOnly = mount.flags.split(",").includes("ro") ? ["ro"] : [];
			return [mount.mountPoint, mount.fstype, ...from, ...readOnly, ...mount.propagation].join(" ");
		};
		const isSame = process.namespaces["mnt"] === host.namespaces["mnt"];
		const containerMounts = process.mounts.map(
			(mount) => `${shown(mount)}${seen.includes(mount) ? " (the host's)" : ""}`,
		);
		return [{ label: "mounts", host: host.mounts.map(shown), container: isSame ? null : containerMounts }];
	},
};

/**
 * The path on the host of the directory or file that is mounted; null if no mount of the host shows that directory or
 * file.
 */
export function hostPathOf(
	{ device, root }: Pick<Mount, "device" | "root">,
	hostMounts: readonly Mount[],
): string | null {
	const holds = (other: Mount) => other.root === "/" || root === other.root || root.startsWith(`${other.root}/`);
	const holders = hostMounts.filter((other) => other.device === device && holds(other));
	// Takes the mount that shows most of the file system: the bind mount was probably made from a path below it.
	const [holder] = holders.toSorted((one, other) => one.root.length - other.root.length);
	if (holder === undefined) return null;
	const rest = holder.root === "/" ? root : root.slice(holder.root.length);
	return `${holder.mountPoint}/${rest}`.replace(/\/+/g, "/").replace(/(?<=.)\/$/, "");
}

/** File systems whose files the kernel generates. A mount of one never counts as the host's. */
const PSEUDO_FILE_SYSTEMS = new Set(["proc", "sysfs", "cgroup2", "devpts", "mqueue", "devtmpfs"]);

/**
 * The mounts in `seen` that show the same directory of the same file system as one of the host's mounts. Pseudo file
 * systems do not count.
 */
export function mountsOfHost(host: readonly Mount[], seen: readonly Mount[]): Mount[] {
	return seen.filter(
		(mount) =>
			!PSEUDO_FILE_SYSTEMS.has(mount.fstype) &&
			host.some((other) => other.device === mount.device && other.root === mount.root),
	);
}
