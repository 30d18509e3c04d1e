import * as v from "valibot";
import { count, text } from "../readings/bounded-schemas.ts";
import { Observation, PROGRAM_CHARS } from "./observation.ts";
import type { Run } from "./run.ts";
import type { Session, SessionFrame } from "./session.ts";
import { Printed, SendingPaused, ShellEnded, type Stage, type StageFrame, View } from "./stage.ts";

/**
 * The frames that host and guest send each other over the virtio-serial port. Other folders import only this file of
 * protocol/.
 *
 * The host does not trust the guest, because the exercise is root there. The host checks every frame against these
 * schemas, bounds its size, and ends the work at the first violation. Every frame of the guest but `ready` repeats the
 * work's nonce. The nonce is in no file, and the exercise never sees it.
 */

export type { Escape, NamespaceMount } from "../readings/break-out.ts";
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
export type { Network, NetworkNamespace } from "../readings/network.ts";
export type { Layer, Layers, Overlay } from "../readings/overlay.ts";
export type { FileId } from "../readings/root.ts";
export type { Task } from "../readings/tasks.ts";
export { encodeFrame, FrameDecoder, ProtocolError } from "./frames.ts";
export { LineSplitter } from "./line-splitter.ts";
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

/**
 * - `frameBytes`: the longest frame that the host accepts from a guest.
 * - `workBytes`: the longest frame that a guest accepts from the host.
 * - `runBytes`: the most that the host accepts from a guest in one run.
 * - `outputBytes`: the most that the guest passes on of a run's standard output, and of its standard error.
 * - `ledgerBytes`: the most that the agent reads of a ledger.
 * - `programChars`: the most that the agent keeps of a program's standard output.
 */
export const LIMITS = {
	frameBytes: 4 << 20,
	workBytes: 8 << 20,
	runBytes: 16 << 20,
	outputBytes: 64 << 10,
	ledgerBytes: 1 << 20,
	programChars: PROGRAM_CHARS,
} as const;

/** The name of the virtio-serial port. */
export const PORT = "org.drydock.agent";

/** Every frame that a guest may send. */
export const GuestFrame = v.variant("type", [
	/** The agent is ready. Sent once, before the snapshot. */
	v.object({ type: v.literal("ready"), kernel: text }),
	v.object({
		type: v.literal("pong"),
		nonce: text,
		/** The guest's own clock. */
		monotonicMs: v.number(),
	}),
	/**
	 * The agent has received the work and begins it. A machine that is lost before this frame is not the exercise's
	 * fault.
	 */
	v.object({ type: v.literal("started"), nonce: text }),
	v.object({
		type: v.literal("output"),
		nonce: text,
		stream: v.picklist(["stdout", "stderr"]),
		/** Base64. */
		data: v.pipe(v.string(), v.maxLength(LIMITS.outputBytes * 2)),
	}),
	v.object({ type: v.literal("report"), nonce: text, observation: Observation }),
	/** A session's program has ended. Its output is in the frames before this one. */
	v.object({ type: v.literal("ended"), nonce: text, code: v.nullable(count), signal: v.nullable(text) }),
	Printed,
	ShellEnded,
	SendingPaused,
	View,
	/** The agent itself failed. */
	v.object({
		type: v.literal("failed"),
		nonce: text,
		message: text,
		/** Whether the exercise had begun: then it has probably kept the agent from its work. */
		disturbed: v.boolean(),
	}),
]);

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
	| { type: "ping" | "practice"; nonce: string };
export type GuestFrame = v.InferOutput<typeof GuestFrame>;
