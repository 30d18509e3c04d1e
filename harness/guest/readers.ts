import { fstatSync, readSync } from "node:fs";
import { readersGroup, watchReads } from "../../native/guest.ts";

/**
 * Who reads from a pipe, told by the kernel: by read(2), splice(2) or tee(2), at whatever descriptor and under whatever
 * name. See fanotify(7).
 */

/** Stands for all whom the kernel could not name: too many had read. */
const SOMEBODY = 0;

const FAN_Q_OVERFLOW = 0x4000;

/** Who has read from which pipe, by its inode, since it was last asked. */
const readers = new Map<number, Set<number>>();
let group: number | undefined;
const events = Buffer.alloc(4096);

/**
 * Watches a pipe from now on.
 * @param fd either end of it
 * @returns tells who has read from it since it was last asked, by the agent's own numbers
 */
export function watchReaders(fd: number): () => number[] {
	group ??= readersGroup();
	watchReads(group, fd);
	const { ino } = fstatSync(fd);
	const own = new Set<number>();
	readers.set(ino, own);
	return () => {
		collect(group as number);
		const pids = [...own];
		own.clear();
		return pids;
	};
}

// struct fanotify_event_metadata: its own length, the mask at 8, the pid at 20; and in the handle behind it, at 44, the inode.
function collect(from: number): void {
	for (;;) {
		const length = readEvents(from);
		if (length === 0) return;
		for (let at = 0; at < length; at += events.readUInt32LE(at)) {
			const pid = events.readInt32LE(at + 20);
			if (events.readUInt32LE(at + 8) & FAN_Q_OVERFLOW) for (const pids of readers.values()) pids.add(SOMEBODY);
			else readers.get(Number(events.readBigUInt64LE(at + 44)))?.add(pid);
		}
	}
}

function readEvents(from: number): number {
	try {
		return readSync(from, events);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
		throw error;
	}
}
