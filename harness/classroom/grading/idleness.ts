import { cpus, freemem } from "node:os";

/**
 * Tells whether the computer could run more machines. A machine whose exercise sleeps for ever costs only memory, but
 * others wait for its place until its deadline. A machine whose exercise works, or spins, keeps a processor busy.
 */

/**
 * All processors together must have been idle for this part of one processor's time. Machines that only wait use less
 * than the remaining quarter.
 */
const IDLE_MIN = 0.75;
/** This much memory must be free before one more machine is started. The machine uses about a fifth of it. */
const FREE_BYTES_MIN = 1 << 30;

/** Processor time so far, in any unit. */
export interface ProcessorTimes {
	idle: number;
	all: number;
	processors: number;
}

export function processorTimes(): ProcessorTimes {
	const times = cpus().map((cpu) => cpu.times);
	const idle = times.reduce((sum, { idle }) => sum + idle, 0);
	const all = times.flatMap((each) => Object.values(each)).reduce((sum, ms) => sum + ms, 0);
	return { idle, all, processors: times.length };
}

/**
 * Whether there is memory for one more machine, and the processors together were idle for long enough between two
 * readings.
 */
export function hasRoomForMachine(before: ProcessorTimes, now: ProcessorTimes, freeBytes = freemem()): boolean {
	const idle = ((now.idle - before.idle) / (now.all - before.all)) * now.processors;
	return idle >= IDLE_MIN && freeBytes >= FREE_BYTES_MIN;
}
