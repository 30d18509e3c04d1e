import { readdir, readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";

/**
 * Measures which share of the requested processor time a process, such as a machine's QEMU, got. On an idle computer
 * the process gets nearly all of it. On a busy computer the process waits in a queue, so a late answer of the machine
 * says nothing about the program in it.
 */

/**
 * The time that a process's present threads have run, and the time that they have waited in the run queue. Threads that
 * have ended do not count.
 */
export interface ProcessorTime {
	ranNs: number;
	queuedNs: number;
}

/**
 * Reads a process's times.
 * @returns null on another system than Linux, when the process has ended, or when one of its threads ends meanwhile
 */
export async function processorTime(pid: number): Promise<ProcessorTime | null> {
	try {
		const threads = await readdir(`/proc/${pid}/task`);
		// "123 45 6": nanoseconds on a processor, nanoseconds in the run queue, number of time slices. See
		// Documentation/scheduler/sched-stats in the kernel.
		const read = threads.map(async (thread) =>
			(await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8")).split(" "),
		);
		const sum = (rows: string[][], column: number) => rows.reduce((total, row) => total + Number(row[column]), 0);
		const rows = await Promise.all(read);
		return { ranNs: sum(rows, 0), queuedNs: sum(rows, 1) };
	} catch {
		return null;
	}
}

/**
 * The share of the requested processor time that a process got between two readings of {@link processorTime}; 1 is all.
 * Without the readings, the share is estimated from the load of the last minute.
 */
export function processorShare(
	before: ProcessorTime | null,
	after: ProcessorTime | null,
	load = loadavg()[0] ?? 0,
): number {
	if (before === null || after === null) return Math.min(1, cpus().length / Math.max(load, 1));
	const ran = after.ranNs - before.ranNs;
	const asked = ran + after.queuedNs - before.queuedNs;
	return asked <= 0 ? 1 : ran / asked;
}
