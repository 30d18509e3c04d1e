import { readdir, readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";

/**
 * How much of the processor time that a process asked for it was given. On a quiet computer that is nearly all of it. On
 * a busy one the process stands in a queue: what then came too late says nothing about the program that ran in it.
 */

/** Processor time that a process's threads have had, and time that they have stood in the queue for it. */
export interface ProcessorTime {
	ranNs: number;
	queuedNs: number;
}

/** @returns null where the kernel does not tell: elsewhere than on Linux, or the process has ended */
export async function processorTime(pid: number): Promise<ProcessorTime | null> {
	try {
		const threads = await readdir(`/proc/${pid}/task`);
		// "123 45 6": time on a processor, time in the queue, turns. See Documentation/scheduler/sched-stats in the kernel.
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
 * The share that a process was given between two readings of {@link processorTime}: 1 is all that it asked for.
 * Without the readings it is guessed from the load of the last minute.
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
