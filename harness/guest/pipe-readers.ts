import { fstatSync, readSync } from "node:fs";
import { fanotifyInit, fanotifyMark } from "../../native/guest.ts";

/**
 * Finds out which processes read from a pipe. The kernel reports each read(2), splice(2) and tee(2), whichever
 * descriptor of the pipe or path to it the process uses. See fanotify(7).
 */

/** Stands for all readers that the kernel could not name, because there were more reads than its queue holds. */
const UNKNOWN_READER = 0;

const FAN_Q_OVERFLOW = 0x4000;

/**
 * The processes that have read from each pipe since the pipe's readers were last asked for, by the pipe's inode number.
 */
const readersByInode = new Map<number, Set<number>>();
let fanotifyFd: number | undefined;
const events = Buffer.alloc(4096);

/**
 * Watches a pipe from now on.
 * @param fd either end of the pipe
 * @returns a function that returns the processes that have read from the pipe since the function's last call, by their
 * pids in the agent's PID namespace; 0 stands for readers that the kernel could not name
 */
export function watchReaders(fd: number): () => number[] {
	fanotifyFd ??= fanotifyInit();
	fanotifyMark(fanotifyFd, fd);
	const { ino } = fstatSync(fd);
	const newReaders = new Set<number>();
	readersByInode.set(ino, newReaders);
	return () => {
		collect(fanotifyFd as number);
		const pids = [...newReaders];
		newReaders.clear();
		return pids;
	};
}

// In struct fanotify_event_metadata, the event's length is at 0, the mask at 8, and the pid at 20. In the file handle
// behind it, the inode number is at 44.
function collect(from: number): void {
	for (;;) {
		const length = readEvents(from);
		if (length === 0) return;
		for (let at = 0; at < length; at += events.readUInt32LE(at)) {
			const pid = events.readInt32LE(at + 20);
			if (events.readUInt32LE(at + 8) & FAN_Q_OVERFLOW)
				for (const pids of readersByInode.values()) pids.add(UNKNOWN_READER);
			else readersByInode.get(Number(events.readBigUInt64LE(at + 44)))?.add(pid);
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
