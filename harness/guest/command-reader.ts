import type { Escape, HostState, ProcessState } from "../protocol/index.ts";
import type { Probe } from "../readings/guest/probe.ts";
import type { Runner } from "./parked-runner.ts";

/** What break-out attempts need: one runner each, and in `hostDevices` the harbour's file systems, as major:minor. */
interface Escapes {
	runners: Runner[];
	hostDevices: string[];
}

/** Reads what the kernel shows of a call's command, and tries to break out of its container if the run asks for it. */
export class CommandReader {
	/** @param escapes if undefined, nothing tries to break out */
	constructor(
		private readonly probe: Probe,
		private readonly escapes: Escapes | undefined,
	) {}

	/**
	 * Reads one command.
	 * @param pid the command's pid
	 * @param engine the runner of the command's call
	 * @param host the harbour at the same moment
	 * @returns null if the process ended while it was read
	 */
	async read(pid: number, engine: Runner, { tasks }: HostState): Promise<ProcessState | null> {
		try {
			const process = this.probe.readProcess(pid, engine, tasks);
			return this.escapes === undefined ? process : { ...process, escape: await attemptEscape(pid, this.escapes) };
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code === "ENOENT" || code === "ESRCH") return null;
			throw error;
		}
	}
}

function attemptEscape(pid: number, { runners, hostDevices }: Escapes): Promise<Escape | null> {
	const runner = runners.shift();
	if (runner === undefined) return Promise.resolve(null);
	return new Promise((resolve) => {
		runner.onLine((line) => "escape" in line && resolve(line.escape));
		runner.ended.then(() => resolve(null));
		runner.start({ do: "escape", pid, hostDevices });
	});
}
