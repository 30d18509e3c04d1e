import * as v from "valibot";
import type { View } from "../protocol/index.ts";

/**
 * The events of a demo, as one stream. The terminal and the page show them, `--json` prints them, and a recording
 * holds them. Everything that is shown of a demo comes from these events.
 */

const STEPS_MAX = 200;

const step = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(STEPS_MAX));
/** A time or a duration, in milliseconds. */
const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
const text = v.pipe(v.string(), v.maxLength(8_192));
const list = <T extends v.GenericSchema>(item: T, max: number) => v.pipe(v.array(item), v.maxLength(max));
/** Width or height of a terminal, in characters. */
const cells = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500));
/** A piece of a terminal's output, or all of it. */
const data = v.pipe(v.string(), v.maxLength(4 << 20));
const Shell = v.picklist(["host", "container"]);
const Size = v.object({ columns: cells, rows: cells });

/** How far a step is: its narration is shown; its command is being typed; the command runs; the step is done. */
const Phase = v.picklist(["told", "typing", "running", "done"]);

/** A step of the script, without its promises. For the fields, see DemoStep in harness/judge/demo.ts. */
export const Step = v.object({
	narration: text,
	stage: Shell,
	command: text,
	look: text,
	note: v.optional(text),
});

export const DemoEvent = v.intersect([
	/** When it happened: the time since the demo's beginning. */
	v.object({ atMs: ms }),
	v.variant("type", [
		/** The first event. */
		v.object({
			type: v.literal("demo"),
			schemaVersion: v.literal(1),
			lesson: text,
			title: text,
			minutes: v.pipe(v.number(), v.minValue(0), v.maxValue(1_000)),
			steps: list(Step, STEPS_MAX),
			size: Size,
			/** The views that the demo is about, beginning with the one to show first. Older recordings do not have them. */
			views: v.optional(list(text, 50)),
		}),
		v.object({ type: v.literal("step"), step, phase: Phase }),
		/** Output of a shell's terminal. */
		v.object({ type: v.literal("output"), shell: Shell, data }),
		/** Clears a shell's terminal, and writes this to it. */
		v.object({ type: v.literal("screen"), shell: Shell, data }),
		/** A shell's terminal has another size. */
		v.object({ type: v.literal("size"), shell: Shell, size: Size }),
		/**
		 * What the kernel shows; see View in the protocol. This schema does not check the view: the protocol's schema
		 * checks a view from a machine, and recording.ts checks a view from a file.
		 */
		v.object({
			type: v.literal("view"),
			view: v.custom<KernelState>((value) => typeof value === "object" && value !== null && "host" in value),
		}),
		/** What a step's command printed, and which of the step's promises match that. */
		v.object({
			type: v.literal("answer"),
			step,
			output: data,
			promises: list(v.object({ pattern: text, kept: v.boolean() }), 200),
		}),
		/** The moment before this step was kept, and takes this many bytes: the demo can go back to it. */
		v.object({ type: v.literal("kept"), step, tookMs: ms, bytes: v.pipe(v.number(), v.minValue(0), v.maxValue(1e15)) }),
		/** The demo has gone back to the moment before this step. */
		v.object({ type: v.literal("back"), step, tookMs: ms }),
		/** The machine is down. The demo goes back to the moment before this step. */
		v.object({ type: v.literal("down"), step, how: text }),
	]),
]);

export type DemoEvent = v.InferOutput<typeof DemoEvent>;
export type Phase = v.InferOutput<typeof Phase>;
export type Size = v.InferOutput<typeof Size>;
export type ShellName = v.InferOutput<typeof Shell>;
/**
 * What the kernel shows of the host and of the process that gets what is typed into each shell, and what the demo's
 * views need in addition.
 */
export type KernelState = Omit<View, "type" | "nonce">;

export const SHELLS = ["host", "container"] as const satisfies ShellName[];

/** An event without its time. */
export type UntimedEvent = DemoEvent extends infer E ? (E extends unknown ? Omit<E, "atMs"> : never) : never;
