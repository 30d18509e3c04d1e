import { bytes, callLibrary, int, int64 } from "./library.ts";

/**
 * Reads mount tables with listmount(2) and statmount(2). To root, these show every mount of a namespace, even covered
 * mounts and mounts that no path leads to. /proc/PID/mountinfo shows only what is below the process's root. Only the
 * harness uses this, and the ledger does not record it.
 */

/** A mount of a mount namespace. */
export interface TableMount {
	/** The mount's id, as in mountinfo. */
	id: number;
	parentId: number;
	/** major:minor of the file system. */
	device: string;
	/** Which directory of the file system is mounted: `/`, or a path in the file system. */
	root: string;
	fstype: string;
}

/**
 * How many mounts are read at most: one more than the protocol accepts. The protocol must refuse a table that was read
 * only in part.
 */
const MAX_MOUNTS = 4097;
/** The size of the buffer for an answer of statmount(2). */
const ANSWER_BYTES = 16 << 10;
// STATMOUNT_SB_BASIC, _MNT_BASIC, _MNT_ROOT, _FS_TYPE
const STATMOUNT_MASK = 0x01 | 0x02 | 0x08 | 0x20;
/**
 * The offsets of the fields in struct statmount, and of its strings. `parent` is the parent's unique id, by which
 * listmount(2) and statmount(2) know a mount. `id` and `parentId` are ids as in mountinfo.
 */
const OFFSETS = {
	major: 16,
	minor: 20,
	fstype: 36,
	parent: 48,
	id: 56,
	parentId: 60,
	root: 104,
	strings: 512,
} as const;
/** LSMT_ROOT: list from the first mount on the namespace's own root. */
const LSMT_ROOT = -1;

/**
 * Lists the mounts of a mount namespace, the oldest first, but at most one more than the protocol accepts. The
 * namespace's own root mount is not in the list.
 * @param namespaceFd the open namespace, as in /proc/PID/ns/mnt
 * @throws {Error} the kernel refused
 */
export function readMountTable(namespaceFd: number): TableMount[] {
	const namespace = callOrThrow("k_mount_namespace_id", [int(namespaceFd)]);
	const [first] = listMounts(namespace, LSMT_ROOT);
	if (first === undefined) return [];
	// The namespace's own root mount is mounted on nothing, so it is in no list. All other mounts are below it, and it
	// is the parent of the first one.
	const root = Number(statMount(namespace, first).readBigUInt64LE(OFFSETS.parent));
	return listMounts(namespace, root).flatMap((mount) => describeMount(namespace, mount));
}

function listMounts(namespace: number, parent: number): number[] {
	const ids = Buffer.alloc(MAX_MOUNTS * 8);
	const count = callOrThrow("k_listmount", [int64(namespace), int64(parent), bytes(ids), int(MAX_MOUNTS)]);
	return Array.from({ length: count }, (_, index) => Number(ids.readBigUInt64LE(index * 8)));
}

// A mount that has been unmounted since the list was made is left out (2 is ENOENT).
function describeMount(namespace: number, mount: number): TableMount[] {
	try {
		const answer = statMount(namespace, mount);
		const number = (at: number) => answer.readUInt32LE(at);
		const text = (at: number) => {
			const start = OFFSETS.strings + number(at);
			return answer.toString("utf8", start, answer.indexOf(0, start));
		};
		const device = `${number(OFFSETS.major)}:${number(OFFSETS.minor)}`;
		const [id, parentId] = [number(OFFSETS.id), number(OFFSETS.parentId)];
		return [{ id, parentId, device, root: text(OFFSETS.root), fstype: text(OFFSETS.fstype) }];
	} catch (error) {
		if ((error as { answer?: number }).answer === -2) return [];
		throw error;
	}
}

function statMount(namespace: number, mount: number): Buffer {
	const answer = Buffer.alloc(ANSWER_BYTES);
	callOrThrow("k_statmount", [int64(namespace), int64(mount), int64(STATMOUNT_MASK), bytes(answer), int(ANSWER_BYTES)]);
	return answer;
}

function callOrThrow(name: string, args: Parameters<typeof callLibrary>[1]): number {
	const answer = callLibrary(name, args);
	if (answer < 0) throw Object.assign(new Error(`${name}: ${answer}`), { answer });
	return answer;
}
