import type { Call, Ending, Escape } from "../protocol/index.ts";

/** What the agent gives a parked runner to do, as one line of JSON on its descriptor 3. */
export type Job =
	| {
			do: "exercise";
			/** CommonJS; `export` is which of its exports to call. */
			code: string;
			export: string;
			args: unknown[];
			/** Who calls, and on what: pipes and root, if not given. */
			as?: Call["as"];
			stdio?: "pipes" | "none" | { terminal: string } | undefined;
			asynchronous?: boolean | undefined;
	  }
	| { do: "escape"; pid: number; hostDevices: string[] };

/** What a runner, or a process forked from it, says on its descriptor 4, a line each. */
export type RunnerLine =
	| { parked: number }
	| { ending: Extract<Ending, { how: "returned" | "threw" | "child-returned" | "asynchronous" }> }
	| { escape: Escape };
