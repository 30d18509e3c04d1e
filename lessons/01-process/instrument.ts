import { readFileSync } from "node:fs";
import { type InstrumentContext, untilMachineIdles } from "#guest";

/** An engine that has used this much processor time, in milliseconds, and was never found asleep does not sleep. */
const BUSY_MS = 1_000;

/**
 * Finds out whether a call's processes sleep while its command waits for input.
 * @returns `asleep` as soon as all of them were found asleep; undefined if the command does not run, or if time ran out
 */
export async function howItWaits(
	{ call, patience }: InstrumentContext,
	name: string,
): Promise<"asleep" | "busy" | undefined> {
	const ongoing = call(name);
	if (ongoing === undefined || ongoing.processes.command === null) return undefined;
	const { processes } = ongoing;
	const ranMs = () => processes.tasks().reduce((sum, { pid }) => sum + processorMs(pid), 0);
	const beforeMs = ranMs();
	while (!processes.areAsleep()) {
		if (ranMs() - beforeMs >= BUSY_MS) return "busy";
		if (ongoing.hasEnded || patience.leftMs === 0) return undefined;
		await untilMachineIdles();
	}
	return "asleep";
}

// The first number of /proc/PID/schedstat: how long the process's first thread has run, in nanoseconds.
function processorMs(pid: number): number {
	try {
		return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
	} catch {
		return 0; // It has ended meanwhile.
	}
}
