import { closeSync, openSync } from "node:fs";
import { readMountTable } from "../../../native/mount-table.ts";
import type { TableMount } from "../break-out.ts";
import type { Mount } from "../mounts.ts";
import type { Reader } from "./reader.ts";

// What comes of breaking out is not read but tried, by a runner of its own: see escape.ts in the guest.
export const breakOut: Reader<"breakOut"> = (asked) => ({
	process: ({ pid }) => ({ table: asked === undefined ? null : readTable(pid), escape: null }),
});

/** The file systems that hold files of the host's: not those that are windows into the kernel. */
export function fileSystemsOf(mounts: readonly Mount[]): string[] {
	const windows = ["proc", "sysfs", "cgroup2", "mqueue"];
	return [...new Set(mounts.filter(({ fstype }) => !windows.includes(fstype)).map(({ device }) => device))];
}

function readTable(pid: number): TableMount[] {
	const namespace = openSync(`/proc/${pid}/ns/mnt`, "r");
	try {
		return readMountTable(namespace);
	} finally {
		closeSync(namespace);
	}
}
