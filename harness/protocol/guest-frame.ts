import * as v from "valibot";
import { count, text } from "../readings/bounded-schemas.ts";
import { Waits } from "../readings/waits.ts";
import { LIMITS } from "./limits.ts";
import { Observation } from "./observation.ts";
import { Printed, SendingPaused, ShellEnded, View } from "./stage.ts";

/** Every frame that a guest may send. */
export const GuestFrame = v.variant("type", [
	/** The agent is ready. Sent once, before the snapshot. `kernel`: the kernel's release. */
	v.object({ type: v.literal("ready"), kernel: text }),
	v.object({
		type: v.literal("pong"),
		nonce: text,
		/** The time since the agent started, by the guest's own clock. */
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
	/**
	 * A stage of the run has ended: its preparation, the first reading of the harbour, a step of its scenario, the wait
	 * for the calls' ends, or the last reading of the harbour.
	 */
	v.object({ type: v.literal("stageEnded"), nonce: text }),
	v.object({ type: v.literal("report"), nonce: text, observation: Observation }),
	/** Sent regularly during a long run, with the processes of the calls that have not ended. */
	v.object({ type: v.literal("waits"), nonce: text, ...Waits }),
	/**
	 * A session's program has ended. Its output is in the frames before this one. `code` is null if a signal ended the
	 * program; otherwise `signal` is null.
	 */
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
		/** Whether the agent failed after the exercise had begun. Then the exercise has probably caused the failure. */
		disturbed: v.boolean(),
	}),
]);
export type GuestFrame = v.InferOutput<typeof GuestFrame>;
