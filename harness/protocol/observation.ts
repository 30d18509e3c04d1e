import * as v from "valibot";
import { count, jsonLength, list, record, text } from "../readings/bounded-schemas.ts";
import { ImageReading } from "../readings/images.ts";
import { HostState, ProcessState } from "../readings/index.ts";
import { FileId } from "../readings/root.ts";
import { Ending } from "./ending.ts";
import { LIMITS } from "./limits.ts";

/** The result of a run: what the agent read at each moment, and how each call and each program ended. */

const LedgerCall = v.object({
	/** Line of descent of the process: "1", its first child "1.1", and so on. */
	task: text,
	call: text,
	args: record(text, text),
	/** What the system call returned. Absent if the call failed, or never returned. */
	result: v.optional(v.number()),
	error: v.optional(text),
});

/** How one call of a run ended, and what the agent noted before the end. */
const CallReport = v.object({
	ending: Ending,
	/** The process that threw an exception, as it was at that moment. Null if none threw, or none could be read. */
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
				/** Its root directory. `root`: the entries of that directory. */
				rootPlace: v.nullable(FileId),
				root: list(text),
				/** How many of its descendants were still there. */
				children: count,
			}),
		),
		null,
	),
	ledger: list(LedgerCall),
	/** The functions of node:fs that changed something. Apart from the ledger, because explanations look at its order. */
	writes: v.optional(
		list(
			v.object({
				...LedgerCall.entries,
				/** How many calls of the ledger came before. */
				after: count,
			}),
		),
		[],
	),
});

/** What the agent read at one moment. */
const Moment = v.object({
	host: HostState,
	/** The command of each call, by the call's name. Null for a command that has ended or never ran. */
	commands: record(text, v.nullable(ProcessState)),
});

/** How a program ended that the agent started on the host for the run. */
const ProgramEnd = v.object({
	code: v.nullable(count),
	stdout: v.pipe(v.string(), v.maxLength(LIMITS.programChars)),
	stderr: text,
});

/**
 * The result of a question: which listener answered, and from which address it saw the connection come; or the failure.
 */
const Answer = v.object({
	/** The place of the listener. Empty if nobody answered, or somebody else than a listener of the agent. */
	by: text,
	seenAs: text,
	/**
	 * The name of the kernel's error, such as ECONNREFUSED, or other words. Empty if a listener of the agent answered.
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
	before: HostState,
	/** By the name that the step gives. */
	moments: record(text, Moment),
	after: HostState,
	calls: record(text, CallReport),
	programs: record(text, ProgramEnd),
	/**
	 * By the question's name. A question that could not be asked has no answer here, such as one whose place was not
	 * there.
	 */
	answers: record(text, Answer),
	/**
	 * The images that were read, by path. Null: there is no image at the path. An image that was read twice has two
	 * readings.
	 */
	images: record(text, v.pipe(v.array(v.nullable(ImageReading)), v.maxLength(2))),
	/** By the step's name: whether the call ended within the time that the agent waited after the signals. */
	signals: record(text, v.picklist(["ended", "ignored"])),
	/** The results of instruments, by the step's name. A measurement that was not possible has no result here. */
	measured: v.optional(record(text, Measured), {}),
	/** The steps that waited in vain, each with its kind and its call (otherwise its `as`), such as `feed box`. */
	givenUp: list(text),
	outputBytes: v.object({ stdout: count, stderr: count }),
	/** How long each stage of the run took in the guest, in milliseconds. */
	stageMs: record(text, v.number()),
});

export type Answer = v.InferOutput<typeof Answer>;
export type Observation = v.InferOutput<typeof Observation>;
export type Moment = v.InferOutput<typeof Moment>;
export type CallReport = v.InferOutput<typeof CallReport>;
export type LedgerCall = v.InferOutput<typeof LedgerCall>;
