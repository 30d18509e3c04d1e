import * as v from "valibot";
import { count, list, text } from "./bounded-schemas.ts";
import type { Subject } from "./subject.ts";

/** What is in a mounted directory or file that was brought from elsewhere: a bind mount, or a tmpfs. */
const Volume = v.object({
	/** The mount's id in the process's mount table. */
	mount: count,
	/** The first names in the directory, sorted; null if it is not a directory. */
	names: v.nullable(list(text)),
	/** Whether the directory has more names than these. */
	more: v.boolean(),
	/** Those of `names` that are also in the image, in the directory that the mount covers. */
	namesOfImage: list(text),
});
export type Volume = v.InferOutput<typeof Volume>;

const process = {
	/** Null if it was not asked for, and in recordings from before it was read. */
	volumes: v.optional(v.nullable(list(Volume)), null),
};

/** The volumes in a process's mount table: see {@link volumesIn}. */
export const volumes: Subject<Record<never, never>, typeof process> = { host: {}, process };

/** File systems that are not volumes: those whose files the kernel generates, and overlays. */
const NOT_VOLUMES = new Set(["proc", "sysfs", "cgroup2", "devpts", "mqueue", "devtmpfs", "overlay"]);

/**
 * The mounts that are volumes: directories or files of the host, or a tmpfs. The root, mounts at or below /proc, /sys
 * and /dev, and mounts of the file systems in NOT_VOLUMES are not volumes. Nor is a whole file system that the host has
 * mounted at the same mount point.
 * @param mounts a process's mount table
 * @param hostMounts the host's
 */
export function volumesIn<M extends { device: string; root: string; mountPoint: string; fstype: string }>(
	mounts: readonly M[],
	hostMounts: readonly M[],
): M[] {
	const isHosts = (mount: M) =>
		hostMounts.some((other) => other.device === mount.device && other.mountPoint === mount.mountPoint);
	return mounts.filter(
		(mount) =>
			mount.mountPoint !== "/" &&
			!/^\/(proc|sys|dev)(\/|$)/.test(mount.mountPoint) &&
			!NOT_VOLUMES.has(mount.fstype) &&
			(mount.root !== "/" || !isHosts(mount)),
	);
}
