import * as v from "valibot";
import { count, text } from "../readings/bounded.ts";
import { Observation, PROGRAM_CHARS } from "./observation.ts";
import type { Run } from "./run.ts";
import type { Session, SessionFrame } from "./session.ts";
import { Left, Printed, type Stage, type StageFrame, Still, View } from "./stage.ts";

/**
 * What host and guest say to each other over the virtio-serial port; with the files in protocol/, all that both share.
 *
 * The guest is not to be trusted (the exercise is root in it): the host checks every frame against these schemas,
 * bounds their size, and ends the work at the first violation. Each of the guest's frames repeats the work's nonce,
 * which is in no file and which the exercise never sees.
 */

export type { Escape, TableMount } from "../readings/break-out.ts";
export type { Entry } from "../readings/files.ts";
export type { Identity } from "../readings/identity.ts";
export {
	type Archive,
	type ArchiveMember,
	IMAGE_LIMITS,
	type ImageFile,
	type ImageReading,
} from "../readings/images.ts";
export type { HostState, ProcessState, Readings } from "../readings/index.ts";
export type { Mount } from "../readings/mounts.ts";
export type { Net, Network } from "../readings/network.ts";
export type { Layer, Layers, Overlay } from "../readings/overlay.ts";
export type { Place } from "../readings/root.ts";
export type { Task } from "../readings/tasks.ts";
export { encodeFrame, FrameDecoder, ProtocolError } from "./frames.ts";
export { Lines } from "./lines.ts";
export {
	type Answer,
	type CallReport,
	type Ending,
	isEnding,
	type LedgerCall,
	type Moment,
	Observation,
} from "./observation.ts";
export type { Call, Listener, Question, Run, Step } from "./run.ts";
export type { Session, SessionFrame } from "./session.ts";
export { type Stage, type StageFrame, View } from "./stage.ts";
export { VIEWS, type ViewName } from "./views.ts";
export type { Preparation, SocketAddress, WindowSize, Work } from "./work.ts";

/** Longest frame that the host takes from a guest, that a guest takes from the host, and the most the host takes in one run. */
export const LIMITS = {
	frameBytes: 4 << 20,
	workBytes: 8 << 20,
	runBytes: 16 << 20,
	outputBytes: 64 << 10,
	ledgerBytes: 1 << 20,
	programChars: PROGRAM_CHARS,
} as const;

/** The virtio-serial port's name; the guest finds it under /dev/virtio-ports. */
export const PORT = "org.drydock.agent";

/** Everything that a guest may say. */
export const GuestFrame = v.variant("type", [
	/** The agent is up; only said once, before the snapshot. */
	v.object({ type: v.literal("ready"), kernel: text }),
	v.object({
		type: v.literal("pong"),
		nonce: text,
		/** By the guest's own clock. */
		monotonicMs: v.number(),
	}),
	/** The work has been heard; the exercise comes next. What is lost before this is not the exercise's fault. */
	v.object({ type: v.literal("started"), nonce: text }),
	v.object({
		type: v.literal("output"),
		nonce: text,
		stream: v.picklist(["stdout", "stderr"]),
		/** Base64. */
		data: v.pipe(v.string(), v.maxLength(LIMITS.outputBytes * 2)),
	}),
	v.object({ type: v.literal("report"), nonce: text, observation: Observation }),
	/** A session's program has ended, and everything that it has written has been said. */
	v.object({ type: v.literal("ended"), nonce: text, code: v.nullable(count), signal: v.nullable(text) }),
	Printed,
	Left,
	Still,
	View,
	/** The agent itself failed. */
	v.object({
		type: v.literal("failed"),
		nonce: text,
		message: text,
		/** The exercise had begun: it has probably kept the agent from its work. */
		disturbed: v.boolean(),
	}),
]);

/** Everything that a host may say. A ping is answered by a pong; so is a practice, after a run of the agent's own. */
export type HostFrame =
	| Run
	| Session
	| SessionFrame
	| Stage
	| StageFrame
	| { type: "ping" | "practice"; nonce: string };
export type GuestFrame = v.InferOutput<typeof GuestFrame>;
