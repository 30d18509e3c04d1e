import * as v from "valibot";
import type { View } from "../protocol/index.ts";

/**
 * What happens in a demo, as one stream: the terminal shows it, `--json` prints it, a recording is made of it. Nothing
 * that is shown comes from anywhere else.
 */

const STEPS_MAX = 200;

const step = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(STEPS_MAX));
const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
const text = v.pipe(v.string(), v.maxLength(8_192));
const list = <T extends v.GenericSchema>(item: T, max: number) => v.pipe(v.array(item), v.maxLength(max));
/** Of a terminal, in characters. */
const cells = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500));
/** What a terminal is told at once, or all that it was told. */
const data = v.pipe(v.string(), v.maxLength(4 << 20));
const Shell = v.picklist(["host", "container"]);
const Size = v.object({ columns: cells, rows: cells });

/** Where a demo is in its step: told, typed, running, and at its end. */
const Phase = v.picklist(["told", "typing", "running", "done"]);

const Step = v.object({
	narration: text,
	stage: Shell,
	command: text,
	look: text,
	note: v.optional(text),
});

export const DemoEvent = v.intersect([
	v.object({ atMs: ms }),
	v.variant("type", [
		/** The first of all. */
		v.object({
			type: v.literal("demo"),
			schemaVersion: v.literal(1),
			lesson: text,
			title: text,
			minutes: v.pipe(v.number(), v.minValue(0), v.maxValue(1_000)),
			steps: list(Step, STEPS_MAX),
			size: Size,
			/** What it is about, first what is to be shown first; in older recordings there is nothing of that. */
			views: v.optional(list(text, 50)),
		}),
		v.object({ type: v.literal("step"), step, phase: Phase }),
		/** A shell's terminal was told this. */
		v.object({ type: v.literal("output"), shell: Shell, data }),
		/** A shell's terminal is to forget all that it was told, but this. */
		v.object({ type: v.literal("screen"), shell: Shell, data }),
		/** A shell's terminal has another size. */
		v.object({ type: v.literal("size"), shell: Shell, size: Size }),
		/** What the kernel shows. See View in the protocol: it was checked when it came. */
		v.object({
			type: v.literal("view"),
			view: v.custom<Answers>((value) => typeof value === "object" && value !== null && "host" in value),
		}),
		/** What a step's command printed, and which of its promises were found in that. */
		v.object({
			type: v.literal("answer"),
			step,
			output: data,
			promises: list(v.object({ pattern: text, kept: v.boolean() }), 200),
		}),
		/** The machine, as it is before this step, can be gone back to. */
		v.object({ type: v.literal("kept"), step, tookMs: ms, bytes: v.pipe(v.number(), v.minValue(0), v.maxValue(1e15)) }),
		/** It was gone back to. */
		v.object({ type: v.literal("back"), step, tookMs: ms }),
		/** The machine is down; it is put back to where it was before this step. */
		v.object({ type: v.literal("down"), step, how: text }),
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
