import type { Call, Ending, Escape } from "../protocol/index.ts";

/** What the agent gives a parked runner to do, as one line of JSON on the runner's descriptor 3. */
export type Job =
	| {
			do: "exercise";
			/** CommonJS; `export` names the function to call. */
			code: string;
			export: string;
			args: unknown[];
			/** The user that makes the call; root if not given. */
			as?: Call["as"];
			/** The call's standard input, output and error; pipes if not given. `terminal`: its path in the harbour. */
			stdio?: "pipes" | "none" | { terminal: string } | undefined;
			/** Whether the export may return a promise. */
			asynchronous?: boolean | undefined;
	  }
	/** Tries to break out of the root of the process `pid`. `hostDevices`: the harbour's file systems, as major:minor. */
	| { do: "escape"; pid: number; hostDevices: string[] };

/**
 * A line that a runner, or a process forked from it, writes to its descriptor 4. `parked`: the runner waits for its
 * job; the number is its pid.
 */
export type RunnerLine =
	| { parked: number }
	| { ending: Extract<Ending, { how: "returned" | "threw" | "child-returned" | "asynchronous" }> }
	| { escape: Escape };
