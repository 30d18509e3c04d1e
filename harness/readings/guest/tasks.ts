import { below, numbers, readPids } from "./proc.ts";
import type { Reader } from "./reader.ts";

export const tasks: Reader<"tasks"> = () => ({
	host: ({ world }) => ({ tasks: world }),
	process: ({ pid, status, engine, world }) => ({
		pid,
		nsPids: numbers(status, "NSpid"),
		tasks: below(engine.pid, world),
		procPids: readProcPids(pid),
	}),
});

function readProcPids(pid: number): number[] | null {
	try {
		const pids = readPids(`/proc/${pid}/root/proc`);
		return pids.length > 0 ? pids : null;
	} catch {
		return null; // The container has no /proc directory.
	}
}
