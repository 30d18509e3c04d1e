import type { WindowSize, Work } from "./work.ts";

/** A program in the guest that a person, or another program, talks to until it ends. It has no deadline. */
export interface Session extends Work {
	type: "session";
	/** Runs on the guest's host. */
	argv: string[];
	/** Beside what every program there has; such as TERM. */
	environment: Record<string, string>;
	/** Of the terminal that it is given; null for three pipes in its place. */
	window: WindowSize | null;
}

/**
 * What the host says while a session lasts. Neither side says how much the other may send: a port that is not read
 * from fills up, its writer waits, and so does whoever feeds it.
 */
export type SessionFrame =
	/** Base64; without a terminal, no bytes are the end of its input. */
	{ type: "input"; nonce: string; data: string } | { type: "resize"; nonce: string; window: WindowSize };
