import * as v from "valibot";
import type { View } from "../protocol.ts";

/**
 * What happens in a demo, as one stream: the terminal shows it, `--json` prints it, a recording is made of it. Nothing
 * that is shown comes from anywhere else.
 */

const step = v.pipe(v.number(), v.integer(), v.minValue(1));
const ms = v.pipe(v.number(), v.minValue(0));
const Shell = v.picklist(["host", "container"]);
const Size = v.object({ columns: step, rows: step });

/** Where a demo is in its step: told, typed, running, and at its end. */
const Phase = v.picklist(["told", "typing", "running", "done"]);

const Step = v.object({
	narration: v.string(),
	stage: Shell,
	command: v.string(),
	look: v.string(),
	note: v.optional(v.string()),
});

export const DemoEvent = v.intersect([
	v.object({ atMs: ms }),
	v.variant("type", [
		/** The first of all. */
		v.object({
			type: v.literal("demo"),
			schemaVersion: v.literal(1),
			lesson: v.string(),
			title: v.string(),
			minutes: v.number(),
			steps: v.array(Step),
			size: Size,
			/** What it is about, first what is to be shown first; in older recordings there is nothing of that. */
			views: v.optional(v.array(v.string())),
		}),
		v.object({ type: v.literal("step"), step, phase: Phase }),
		/** A shell's terminal was told this. */
		v.object({ type: v.literal("output"), shell: Shell, data: v.string() }),
		/** A shell's terminal is to forget all that it was told, but this. */
		v.object({ type: v.literal("screen"), shell: Shell, data: v.string() }),
		/** A shell's terminal has another size. */
		v.object({ type: v.literal("size"), shell: Shell, size: Size }),
		/** What the kernel shows. See View in the protocol: it was checked when it came. */
		v.object({ type: v.literal("view"), view: v.custom<Answers>((value) => typeof value === "object") }),
		/** What a step's command printed, and which of its promises were found in that. */
		v.object({
			type: v.literal("answer"),
			step,
			output: v.string(),
			promises: v.array(v.object({ pattern: v.string(), kept: v.boolean() })),
		}),
		/** The machine, as it is before this step, can be gone back to. */
		v.object({ type: v.literal("kept"), step, tookMs: ms, bytes: v.number() }),
		/** It was gone back to. */
		v.object({ type: v.literal("back"), step, tookMs: ms }),
		/** The machine is down; it is put back to where it was before this step. */
		v.object({ type: v.literal("down"), step, how: v.string() }),
	]),
]);

export type DemoEvent = v.InferOutput<typeof DemoEvent>;
export type Phase = v.InferOutput<typeof Phase>;
export type Size = v.InferOutput<typeof Size>;
export type ShellName = v.InferOutput<typeof Shell>;
/** What the kernel shows of the host and of each shell's innermost process, and what the demo's views want beside. */
export type Answers = Omit<View, "type" | "nonce">;

export const SHELLS = ["host", "container"] as const satisfies ShellName[];

/** An event, without the time at which it happens. */
export type Happening = DemoEvent extends infer E ? (E extends unknown ? Omit<E, "atMs"> : never) : never;
