import * as v from "valibot";
import { count, record, text } from "../readings/bounded.ts";
import { HostState, ProcessState, type Readings } from "../readings/index.ts";
import type { WindowSize, Work } from "./work.ts";

/**
 * Several shells side by side, and what the kernel shows meanwhile. A stage has no end but its machine's; while it is
 * still, a copy of the machine can be kept, in which it then goes on as well.
 */
export interface Stage extends Work {
	type: "stage";
	/** By name. One that ends is started again. */
	shells: Record<string, { argv: string[]; environment: Record<string, string>; window: WindowSize }>;
	/** What is read of the host and of the shells' users beside what is always read. */
	readings: Readings;
}

/** What the host says while a stage lasts. */
export type StageFrame =
	/** Base64; what is typed into a shell. */
	| { type: "input"; nonce: string; shell: string; data: string }
	| { type: "resize"; nonce: string; shell: string; window: WindowSize }
	/** Nothing more may be said until "move". */
	| { type: "still"; nonce: string }
	/** What every restored machine lacks; see Work. */
	| { type: "move"; nonce: string; entropy: string; timeMs: number };

/** A shell's name. */
const Name = v.pipe(v.string(), v.maxLength(32));

/** What a shell's terminal was told. */
export const Printed = v.object({
	type: v.literal("printed"),
	nonce: text,
	shell: Name,
	/** Base64. */
	data: v.pipe(v.string(), v.maxLength(128 << 10)),
});

/** A shell has ended, and another takes its place. */
export const Left = v.object({ type: v.literal("left"), nonce: text, shell: Name });

/** Said once what came before is said; then nothing until the host says "move". */
export const Still = v.object({ type: v.literal("still"), nonce: text });

/** What the kernel shows of the host, and of the process that each shell's user talks to; said when it has changed. */
export const View = v.object({
	type: v.literal("view"),
	nonce: text,
	host: HostState,
	/** By shell; null for one whose process has ended while it was read. */
	shells: record(
		Name,
		v.nullable(
			v.object({
				...ProcessState.entries,
				/** It waits for something to be typed. */
				listens: v.boolean(),
				/** Pid of the shell itself. */
				shell: count,
			}),
		),
	),
});

export type View = v.InferOutput<typeof View>;
