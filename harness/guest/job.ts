import type { Ending, Escape } from "../protocol/index.ts";

/** What the agent gives a parked runner to do, as one line of JSON on its descriptor 3. */
export type Job =
	| { do: "exercise"; code: string; call: string; args: unknown[] }
	| { do: "escape"; pid: number; hostDevices: string[] };

/** What a runner, or a process forked from it, says on its descriptor 4, a line each. */
export type RunnerLine =
	| { parked: number }
	| { ending: Extract<Ending, { how: "returned" | "threw" | "child-returned" | "asynchronous" }> }
	| { escape: Escape };
