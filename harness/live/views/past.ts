import type { KernelState } from "../events.ts";

/** What the kernel showed at one moment. */
export interface Moment {
	/** Milliseconds since the demo's beginning. */
	atMs: number;
	view: KernelState;
}

/**
 * Everything that was seen up to a moment; the last entry is the moment to show. To look back, pass fewer entries. A
 * view's picture is a pure function of the past.
 */
export type Past = readonly Moment[];

/** What every view's picture contains. */
export interface Picture {
	/** What has just changed, in one sentence; empty if nothing has. */
	latestChange: string;
	/** When that was, in milliseconds since the demo's beginning; undefined if the view does not know it. */
	changedAtMs?: number | undefined;
}
