import { cpus, freemem } from "node:os";

/**
 * Whether the computer could do more. A machine whose exercise sleeps for ever costs no more than memory, and still is in
 * the way of others until its deadline; one whose exercise spins, or works, keeps a processor busy.
 */

/** Of a processor: what the machines that only wait cost is less. */
const IDLE_ENOUGH = 0.75;
/** A machine needs a fifth of it. */
const ROOM_BYTES = 1 << 30;

/** What processors have done so far, in any unit. */
export interface Spent {
	idle: number;
	all: number;
	processors: number;
}

export function spent(): Spent {
	const times = cpus().map((cpu) => cpu.times);
	const idle = times.reduce((sum, { idle }) => sum + idle, 0);
	const all = times.flatMap((each) => Object.values(each)).reduce((sum, ms) => sum + ms, 0);
	return { idle, all, processors: times.length };
}

/** Whether a processor has had next to nothing to do in between, and there is memory for one more machine. */
export function couldDoMore(before: Spent, now: Spent, freeBytes = freemem()): boolean {
	const idle = ((now.idle - before.idle) / (now.all - before.all)) * now.processors;
	return idle >= IDLE_ENOUGH && freeBytes >= ROOM_BYTES;
}
