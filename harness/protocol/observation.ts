import * as v from "valibot";
import { count, jsonLength, list, record, text } from "../readings/bounded-schemas.ts";
import { ImageReading } from "../readings/images.ts";
import { HostState, ProcessState } from "../readings/index.ts";
import { FileId } from "../readings/root.ts";
import { Ending } from "./ending.ts";
import { LIMITS } from "./limits.ts";

/** The result of a run: what the agent read at each moment, and how each call and each program ended. */

const LedgerCall = v.object({
	/** The process, by its line of descent: "1", its first child "1.1", and so on. */
	task: text,
	call: text,
	args: record(text, text),
	/** What the system call returned. Absent if the call failed, or never returned. */
	result: v.optional(v.number()),
	/** The error's name, such as EINVAL. Absent if the call succeeded, or never returned. */
	error: v.optional(text),
});

/** How one call of a run ended, and what the agent noted before the end. */
const CallReport = v.object({
	ending: Ending,
	/** The process that threw an exception, as it was at that moment. Null if none threw, or it could not be read. */
	atThrow: v.nullable(ProcessState),
	/** Whether another process than the command has read input that was written for the command. */
	inputTaken: v.optional(v.boolean(), false),
	/**
	 * The process that stopped itself (SIGSTOP) on its way to the command, as it was at that moment. Null if the call
	 * does not wait for one, or none stopped.
	 */
	stopped: v.optional(
		v.nullable(
			v.object({
				pid: count,
				startTicks: count,
				/** Which directory its root is; null if that could not be read. `root`: the entries of that directory. */
				rootPlace: v.nullable(FileId),
				root: list(text),
				/** How many descendants it had at that moment. */
				children: count,
			}),
		),
		null,
	),
	ledger: list(LedgerCall),
	/**
	 * The calls of those functions of node:fs that change something. They are not in `ledger`, because explanations look
	 * at the order of the calls there.
	 */
	writes: v.optional(
		list(
			v.object({
				...LedgerCall.entries,
				/** How many calls in `ledger` came before this one. */
				after: count,
			}),
		),
		[],
	),
});

/** What the agent read at one moment. */
const Moment = v.object({
	host: HostState,
	/** The command of each call, by the call's name. Null for a command that has ended or has not run yet. */
	commands: record(text, v.nullable(ProcessState)),
});

/** How a program ended that the agent started in the harbour for the run. */
const ProgramEnd = v.object({
	/** Null: a signal ended the program, or it could not be started. */
	code: v.nullable(count),
	stdout: v.pipe(v.string(), v.maxLength(LIMITS.programChars)),
	stderr: text,
});

/**
 * The result of a question: which listener answered, and from which address it saw the connection come; or the failure.
 */
const Answer = v.object({
	/**
	 * The place of the listener. Empty if nobody answered, or if a server answered that is not one of the agent's
	 * listeners. `seenAs` is then empty, too.
	 */
	by: text,
	seenAs: text,
	/**
	 * Why no listener of the agent answered: the name of the kernel's error, such as ECONNREFUSED, or other words. Empty
	 * if one answered.
	 */
	failed: text,
});

/** The longest result of an instrument, in characters of JSON. */
const MEASURED_CHARS = 1 << 16;

// The lesson of an instrument checks the form of the result. Here only its size is bounded.
const Measured = v.pipe(
	v.unknown(),
	v.check((value) => jsonLength(value) <= MEASURED_CHARS, "something long"),
);

export const Observation = v.object({
	/** The harbour before the first call. `after`: the harbour after all calls have ended. */
	before: HostState,
	/**
	 * What each step `look` read, by the name that the step gives. What a step `signal` read, because its call did not
	 * end, has the name `CALL: ignored`.
	 */
	moments: record(text, Moment),
	after: HostState,
	/** By the call's name. */
	calls: record(text, CallReport),
	/** The programs that steps and the preparation ran, by the name `as` that is given there. */
	programs: record(text, ProgramEnd),
	/**
	 * By the question's name. A question that could not be asked has no answer here, such as one whose place was not
	 * there.
	 */
	answers: record(text, Answer),
	/** By path, the first two readings of each image. Null: there was no image at the path. */
	images: record(text, v.pipe(v.array(v.nullable(ImageReading)), v.maxLength(2))),
	/** By the step's name: whether the call ended within the time that the agent waited after the signals. */
	signals: record(text, v.picklist(["ended", "ignored"])),
	/** The results of instruments, by the step's name. A measurement that was not possible has no result here. */
	measured: v.optional(record(text, Measured), {}),
	/**
	 * The steps that waited in vain, each with its kind and its call, such as `feed box`. A step without a call has its
	 * `as` instead; `ask` has neither.
	 */
	givenUp: list(text),
	/** How much all calls together wrote, even beyond the part that was passed on. */
	outputBytes: v.object({ stdout: count, stderr: count }),
	/**
	 * How long each stage of the run took in the guest, in milliseconds, by name, such as `prepare`. All steps of a kind,
	 * such as `look`, are one stage.
	 */
	stageMs: record(text, v.number()),
});

export type Answer = v.InferOutput<typeof Answer>;
export type Observation = v.InferOutput<typeof Observation>;
export type Moment = v.InferOutput<typeof Moment>;
export type CallReport = v.InferOutput<typeof CallReport>;
export type LedgerCall = v.InferOutput<typeof LedgerCall>;
