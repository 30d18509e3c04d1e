import { closeSync, openSync } from "node:fs";
import { readMountTable } from "../../../native/mount-table.ts";
import type { NamespaceMount } from "../break-out.ts";
import type { Mount } from "../mounts.ts";
import type { Reader } from "./reader.ts";

// `escape` is null here: a separate runner tries to break out, and the agent sets it. See harness/guest/escape.ts.
export const breakOut: Reader<"breakOut"> = (asked) => ({
	process: ({ pid }) => ({ table: asked === undefined ? null : readTable(pid), escape: null }),
});

/** The device numbers of the mounted file systems, without some file systems whose files the kernel generates. */
export function realFileSystems(mounts: readonly Mount[]): string[] {
	const generated = ["proc", "sysfs", "cgroup2", "mqueue"];
	return [...new Set(mounts.filter(({ fstype }) => !generated.includes(fstype)).map(({ device }) => device))];
}

function readTable(pid: number): NamespaceMount[] {
	const namespace = openSync(`/proc/${pid}/ns/mnt`, "r");
	try {
		return readMountTable(namespace);
	} finally {
		closeSync(namespace);
	}
}
