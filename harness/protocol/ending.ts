import * as v from "valibot";
import { count, jsonLength, record, text } from "../readings/bounded-schemas.ts";
import { Waits } from "../readings/waits.ts";

/** A value that the exercise returns is kept if its JSON has at most this many characters. */
const VALUE_CHARS = 1024;

const Thrown = v.object({
	name: text,
	message: text,
	stack: v.pipe(v.string(), v.maxLength(65536)),
	/** The refused system call; only if the error is a SyscallError. */
	syscall: v.optional(v.object({ call: text, args: record(text, text), code: text, errno: count })),
});

const boundedValue = (value: unknown) => (jsonLength(value) <= VALUE_CHARS ? value : "something long");

/** How the exercise ended. */
export const Ending = v.variant("how", [
	v.object({ how: v.literal("returned"), value: v.pipe(v.unknown(), v.transform(boundedValue)) }),
	/** `inChild`: whether a forked child threw, and not the call's own process. */
	v.object({ how: v.literal("threw"), thrown: Thrown, inChild: v.boolean() }),
	/** A forked child returned from the exercise instead of ending by execve or _exit. */
	v.object({ how: v.literal("child-returned") }),
	/** The exercise returned a promise. */
	v.object({ how: v.literal("asynchronous") }),
	/**
	 * The call's own process ended before the exercise had returned or thrown. `code` is null if a signal ended the
	 * process; otherwise `signal` is null.
	 */
	v.object({ how: v.literal("exited"), code: v.nullable(count), signal: v.nullable(text) }),
	/**
	 * The agent gave the call up: nothing could change any more, the time was up, or the computer outside ended the wait.
	 * `tasks`: the call's processes at that moment; none if an earlier step used up the time, so that the call was never
	 * made.
	 */
	v.object({ how: v.literal("hung"), ...Waits }),
]);

export type Ending = v.InferOutput<typeof Ending>;

/** Whether a value is an ending. It comes from a process in which the exercise ran, so it may be anything. */
export const isEnding = (value: unknown): value is Ending => v.is(Ending, value);
