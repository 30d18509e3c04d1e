import * as v from "valibot";
import { count, jsonLength, record, text } from "../readings/bounded-schemas.ts";
import { Waits } from "../readings/waits.ts";

/** The longest value of an exercise that is kept, in characters of JSON. */
const VALUE_CHARS = 1024;

const Thrown = v.object({
	name: text,
	message: text,
	stack: v.pipe(v.string(), v.maxLength(65536)),
	/** Only if the error is a SyscallError. */
	syscall: v.optional(v.object({ call: text, args: record(text, text), code: text, errno: count })),
});

const boundedValue = (value: unknown) => (jsonLength(value) <= VALUE_CHARS ? value : "something long");

/** How the exercise ended. */
export const Ending = v.variant("how", [
	v.object({ how: v.literal("returned"), value: v.pipe(v.unknown(), v.transform(boundedValue)) }),
	v.object({ how: v.literal("threw"), thrown: Thrown, inChild: v.boolean() }),
	/** A forked child returned from the exercise instead of ending by execve or _exit. */
	v.object({ how: v.literal("child-returned") }),
	/** The exercise returned a promise. */
	v.object({ how: v.literal("asynchronous") }),
	v.object({ how: v.literal("exited"), code: v.nullable(count), signal: v.nullable(text) }),
	/** The call was given up: nothing could change any more, or the time was up. With its processes at that moment. */
	v.object({ how: v.literal("hung"), ...Waits }),
]);

export type Ending = v.InferOutput<typeof Ending>;

/** Whether a value is an ending. The value comes from a process in which the exercise ran. */
export const isEnding = (value: unknown): value is Ending => v.is(Ending, value);
