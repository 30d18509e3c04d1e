import type { Run } from "./run.ts";
import type { Session, SessionFrame } from "./session.ts";
import type { Stage, StageFrame } from "./stage.ts";

/**
 * Every frame that a host may send. The agent answers a `ping` with a `pong`. When it receives a `practice`, it first
 * plays a run of its own, and then sends a `pong`.
 */
export type HostFrame =
	| Run
	| Session
	| SessionFrame
	| Stage
	| StageFrame
	| { type: "ping" | "practice"; nonce: string }
	/** Ends the wait for the calls that still run, as if the run's deadline had passed. */
	| { type: "giveUp"; nonce: string };
