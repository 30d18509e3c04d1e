import type { Answers } from "../events.ts";

/** What the kernel showed at one moment. */
export interface Seen {
	/** Milliseconds since the demo's beginning. */
	atMs: number;
	view: Answers;
}

/**
 * All that was seen up to a moment, the last being what is to be shown. To look back is to be given less.
 * A view is a pure function of this.
 */
export type Past = readonly Seen[];

/** What every view says of itself. */
export interface Told {
	/** What has just changed, in one sentence; empty when nothing has. */
	said: string;
}
