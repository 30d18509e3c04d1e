import * as v from "valibot";
import { count, list, record, text } from "../readings/bounded.ts";
import { ImageReading } from "../readings/images.ts";
import { HostState, ProcessState } from "../readings/index.ts";
import { Place } from "../readings/root.ts";
import { Task } from "../readings/tasks.ts";

/** What comes of a run: what was read at which moment, and how everything ended. */

/** Characters of what an exercise returned, as JSON. */
const VALUE_CHARS = 1024;

const Thrown = v.object({
	name: text,
	message: text,
	stack: v.pipe(v.string(), v.maxLength(65536)),
	/** Only of a SyscallError. */
	syscall: v.optional(v.object({ call: text, args: record(text, text), code: text, errno: count })),
});

// What is nested without end can be parsed, but not be shown again.
function shallow(value: unknown): unknown {
	try {
		return (JSON.stringify(value) ?? "").length <= VALUE_CHARS ? value : "something long";
	} catch {
		return "something nested too deeply";
	}
}

/** How the exercise ended. */
const Ending = v.variant("how", [
	v.object({ how: v.literal("returned"), value: v.pipe(v.unknown(), v.transform(shallow)) }),
	v.object({ how: v.literal("threw"), thrown: Thrown, inChild: v.boolean() }),
	/** A forked child came back from the exercise instead of leaving by execve or _exit. */
	v.object({ how: v.literal("child-returned") }),
	/** The exercise returned a promise. */
	v.object({ how: v.literal("asynchronous") }),
	v.object({ how: v.literal("exited"), code: v.nullable(count), signal: v.nullable(text) }),
	/** The deadline came first: what each of its processes was doing. */
	v.object({ how: v.literal("hung"), tasks: list(Task) }),
]);

/** Whether something that came from the exercise's side is an ending. */
export const isEnding = (value: unknown): value is Ending => v.is(Ending, value);

const LedgerCall = v.object({
	/** Line of descent of the process: "1", its first child "1.1", and so on. */
	task: text,
	call: text,
	args: record(text, text),
	/** The kernel's answer; absent when the call never came back. */
	result: v.optional(v.number()),
	error: v.optional(text),
});

/** One call that a run has made: how it ended, and what led there. */
const CallReport = v.object({
	ending: Ending,
	/** The process that ended the exercise with an exception, as it was when it threw. */
	atThrow: v.nullable(ProcessState),
	/** Whether a process other than the command has read what was written to it. */
	inputTaken: v.optional(v.boolean(), false),
	/** The process that stopped itself on its way to the command, as it was then; null where no step waits for that. */
	stopped: v.optional(
		v.nullable(
			v.object({
				pid: count,
				startTicks: count,
				/** Its root directory, and the entries of that. */
				rootPlace: v.nullable(Place),
				root: list(text),
				/** How many processes it had started that were still there. */
				children: count,
			}),
		),
		null,
	),
	ledger: list(LedgerCall),
});

/** What was read at one moment. */
const Moment = v.object({
	host: HostState,
	/** The commands that run, by call; null for one that has ended or never ran. */
	commands: record(text, v.nullable(ProcessState)),
});

/** Characters of a program's standard output, of a step that asks for all of it. */
export const PROGRAM_CHARS = 1 << 20;

/** How a program ended that the run has started on the host. */
const ProgramEnd = v.object({
	code: v.nullable(count),
	stdout: v.pipe(v.string(), v.maxLength(PROGRAM_CHARS)),
	stderr: text,
});

/** What came of a question: who answered, and from which address that listener saw it come; or why nobody did. */
const Answer = v.object({
	/** The place of the listener. Empty when it was no listener of the agent's, or nobody. */
	by: text,
	seenAs: text,
	/** The kernel's name of the error, such as ECONNREFUSED, or other words; empty when there was an answer. */
	failed: text,
});

/** Characters of what an instrument has measured, as JSON. */
const MEASURED_CHARS = 1 << 16;

// The form of what an instrument measures is its lesson's to say; here it is only bounded.
const Measured = v.pipe(
	v.unknown(),
	v.check((value) => (JSON.stringify(value) ?? "").length <= MEASURED_CHARS, "something long"),
);

export const Observation = v.object({
	before: HostState,
	/** By the name that the step gave it. */
	moments: record(text, Moment),
	after: HostState,
	calls: record(text, CallReport),
	programs: record(text, ProgramEnd),
	/** By the question's name; without those that could not be asked, as their place was not there. */
	answers: record(text, Answer),
	/** The images that were read, by their path; null where there is none. An image that is read twice has both readings. */
	images: record(text, v.pipe(v.array(v.nullable(ImageReading)), v.maxLength(2))),
	/** What came of each signal, by the step's name: whether the call ended before patience did. */
	signals: record(text, v.picklist(["ended", "ignored"])),
	/** What instruments have measured, by the step's name; none of a step that could not be taken. */
	measured: v.optional(record(text, Measured), {}),
	/** The steps that waited for something that did not come: their names, and whose they are, such as `feed box`. */
	givenUp: list(text),
	outputBytes: v.object({ stdout: count, stderr: count }),
	/** Where the guest's time went, by stage. */
	stageMs: record(text, v.number()),
});

export type Answer = v.InferOutput<typeof Answer>;
export type Observation = v.InferOutput<typeof Observation>;
export type Moment = v.InferOutput<typeof Moment>;
export type CallReport = v.InferOutput<typeof CallReport>;
export type Ending = v.InferOutput<typeof Ending>;
export type LedgerCall = v.InferOutput<typeof LedgerCall>;
