import { descendantsIn, numbersIn, readPids } from "./proc.ts";
import type { Reader } from "./reader.ts";

export const tasks: Reader<"tasks"> = () => ({
	host: ({ tasks }) => ({ tasks }),
	process: ({ pid, status, engine, hostTasks }) => ({
		pid,
		nsPids: numbersIn(status, "NSpid"),
		tasks: descendantsIn(engine.pid, hostTasks),
		procPids: readProcPids(pid),
	}),
});

function readProcPids(pid: number): number[] | null {
	try {
		const pids = readPids(`/proc/${pid}/root/proc`);
		return pids.length > 0 ? pids : null;
	} catch {
		return null; // The container has no /proc directory, or the process has ended.
	}
}
