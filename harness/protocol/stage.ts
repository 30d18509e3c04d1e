import * as v from "valibot";
import { count, record, text } from "../readings/bounded-schemas.ts";
import { HostState, ProcessState, type Readings } from "../readings/index.ts";
import type { WindowSize, Work } from "./work.ts";

/**
 * Several shells side by side, and what the kernel shows meanwhile. A stage lasts until its machine ends. While the
 * agent sends nothing, the computer outside can save a copy of the machine. In a machine that is restored from the
 * copy, the stage continues.
 */
export interface Stage extends Work {
	type: "stage";
	/** The shells, by name. The agent starts a shell again when it has ended. */
	shells: Record<string, { argv: string[]; environment: Record<string, string>; window: WindowSize }>;
	/**
	 * What the agent reads of the harbour, and of the process that gets what is typed into each shell, beyond what every
	 * {@link View} has.
	 */
	readings: Readings;
}

/** What the computer outside sends during a stage. */
export type StageFrame =
	/** `data` is base64: what is typed into a shell. */
	| { type: "input"; nonce: string; shell: string; data: string }
	| { type: "resize"; nonce: string; shell: string; window: WindowSize }
	/** The agent answers with `sendingPaused`, and then sends nothing until it receives `resumeSending`. */
	| { type: "pauseSending"; nonce: string }
	/**
	 * The agent may send frames again. `entropy` and `timeMs` are what every restored machine lacks; see {@link Work}.
	 */
	| { type: "resumeSending"; nonce: string; entropy: string; timeMs: number };

/** A shell's name. */
const Name = v.pipe(v.string(), v.maxLength(32));

/** What was written to a shell's terminal. */
export const Printed = v.object({
	type: v.literal("printed"),
	nonce: text,
	shell: Name,
	/** Base64. */
	data: v.pipe(v.string(), v.maxLength(128 << 10)),
});

/** A shell has ended. The agent starts it again. */
export const ShellEnded = v.object({ type: v.literal("shellEnded"), nonce: text, shell: Name });

/** The last frame that the agent sends before it receives `resumeSending`. */
export const SendingPaused = v.object({ type: v.literal("sendingPaused"), nonce: text });

/**
 * What the kernel shows of the harbour, and of the process that gets what is typed into each shell. Sent when this has changed,
 * and once after each `resumeSending`.
 */
export const View = v.object({
	type: v.literal("view"),
	nonce: text,
	host: HostState,
	/** By shell. Null: the shell does not run at this moment, or the process ended while the agent read it. */
	shells: record(
		Name,
		v.nullable(
			v.object({
				...ProcessState.entries,
				/** Whether the process waits for something to be typed. */
				listens: v.boolean(),
				/** Pid of the shell itself. */
				shell: count,
			}),
		),
	),
});

export type View = v.InferOutput<typeof View>;
