import type {
	Call,
	Ending,
	LedgerCall,
	Moment,
	Mount,
	Observation,
	Preparation,
	ProcessState,
	Readings,
	Step,
} from "../protocol/index.ts";
import type { Drawn, Facts, FactValue } from "./values.ts";

/**
 * What a lesson's check.ts says: which scenario to play, which facts matter, and what is known about each way of
 * getting them wrong.
 */
export interface Check {
	/** The module that the learner writes, such as `isolate.ts`; the same name in lessons/ and solutions/. */
	module: string;
	/** The function that it exports; of several, the first. */
	exported: string;
	/** Points for passing it, when a class is graded. */
	weight: number;
	/** What was learnt, said when it passes. */
	learnt: string;
	/** Draws the inputs of one run. */
	draw(random: Random): Drawn;
	/** What is played with them. */
	scenario(drawn: Drawn): Scenario;
	/** The call that the lesson is about, and the moment at which it is looked at first; {@link PRIMARY} if not given. */
	primary?: Primary;
	/** The directory that the command's root is to be, where there is one: whatever shows it shows nothing of the host's. */
	rootfs?(drawn: Drawn): Rootfs;
	/** Facts of this lesson alone, beside those that are derived for all. Drawn values in them become `‹name›`. */
	derive?(observation: Observation, drawn: Drawn): Record<string, FactValue>;
	/** What must be so, the most telling first. Every fact is compared with the reference's. */
	facts: FactRule[];
	/** What is known about exceptions that the exercise ends with. */
	exceptions: Explanation[];
}

/**
 * The exit code that was drawn for the primary call's command, as it is for every check. The step that ends the call
 * writes it to the command: so it stands in no script and in no argument, and nobody knows it before.
 */
export function exitCodeOf({ [EXIT_CODE]: drawn }: Drawn): number {
	return Number(drawn);
}

/** What the exit code is called among the drawn values. */
export const EXIT_CODE = "exitCode";

/** Inputs that nobody can know beforehand. */
export interface Random {
	/** A hostname such as `brisk-otter-4f2a`. */
	hostname(): string;
	/** A name for a file or directory such as `cargo-91c3d0`. */
	name(stem: string): string;
}

/** A call that a scenario makes: what it asks of the engine, and how its command can be told. See {@link Call}. */
export interface PlannedCall extends Pick<Call, "as" | "stdio" | "until" | "asynchronous" | "says"> {
	/** What it is there for, after its name: "its command is not there". */
	about?: string;
	/** Which export of the engine's, or of the lesson's driver, is called; `run` if not given. */
	export?: string;
	/** What it is asked for, but for the command. */
	options: Record<string, unknown>;
	/**
	 * What the command does, for sh(1). `pause` waits until the next step, and then `$line` is what that step has written.
	 * If not given, the command waits once and ends with the exit code that it is told then.
	 */
	script?: string;
	/** The engine cannot do this: it must throw. */
	fails?: true;
	/** The command, where it is no script. The token must be among its arguments; none, where the call starts no command. */
	command?: ((token: string) => [string, ...string[]]) | "none";
	/** Another call, whose command this one runs again. */
	sameTokenAs?: string;
}

/** One run in a fresh virtual machine. */
export interface Scenario {
	/** What was done, for the report: "ran sh with the hostname X". */
	does: string;
	/** What is made on the machine's host beforehand. */
	prepare: Preparation[];
	/** Each on a runner of its own: six at most. The one that the lesson is about is {@link Check.primary}. */
	calls: Record<string, PlannedCall>;
	/** If not given: the primary call is made, looked at as the primary moment, and ended. */
	steps?: Step[];
	/** What its facts need beside what is always read, by subject: `{ network: {}, files: { watch: ["/lab"] } }`. */
	readings?: Readings;
}

/** A directory of the host's that becomes a container's root. */
export interface Rootfs {
	path: string;
	/** A file in it, with a drawn name, by which a copy of the directory is known. */
	marker?: string;
}

/** The call that a lesson is about, and the moment at which it is looked at first. */
export interface Primary {
	call: string;
	moment: string;
}

/** What most lessons call them. */
export const BOX = "box";
export const DURING = "during";
export const PRIMARY: Primary = { call: BOX, moment: DURING };

/** @see Check.primary */
export const primaryOf = ({ primary = PRIMARY }: Pick<Check, "primary">): Primary => primary;

/**
 * What a fact is made of; of several things, the one that an exercise can most easily write. It decides what the fact is
 * worth as evidence, and test/hostile/README.md lists it for every fact of every lesson.
 *
 * - `kernel`: what the agent has read from the kernel itself: /proc, cgroup files, netlink, mount tables.
 * - `answer`: what a program of the check's was answered. The exercise can neither see nor change the program.
 * - `files`: the content or metadata of files that the exercise can write, read by the agent or a program of the check's.
 * - `exercise`: the exercise's own word: what its function has returned or thrown, or what was printed.
 */
export type MadeOf = "kernel" | "answer" | "files" | "exercise";

export interface FactRule {
	/** Name in {@link Facts}. */
	fact: string;
	madeOf: MadeOf;
	/** What the fact is about, for the report: "the command's UTS namespace". */
	what: string;
	/** Values that are as right as the reference's. */
	accept?: (got: FactValue, context: Context) => boolean;
	/**
	 * Whether a wrong value only follows from what another finding tells. It is then left out beside others; alone, it is a
	 * finding all the same: what could not be asked is never right.
	 */
	follows?: (context: Context) => boolean;
	/** What is known about wrong values, the most specific first; the last should always fit. */
	explain: Explanation[];
}

/** What a finding says about one way of being wrong. */
export interface Explanation {
	/** Whether it fits what was measured; always, if absent. */
	when?: (context: Context) => boolean;
	/** Short name of the diagnosis, such as `old-root-attached`; tests of wrong submissions name it. */
	diagnosis: string;
	/** Number in the curriculum's list of misconceptions. */
	misconception?: number;
	/** Why it is so: the fact that shows it. May say "possible causes" when it was not measured. */
	why: string | ((context: Context) => string);
	/** What to try. */
	try: string;
	/** Manual pages and lesson sections to read. */
	see: string[];
}

/** Everything that an explanation may look at. */
export interface Context {
	facts: Facts;
	drawn: Drawn;
	observation: Observation;
	/** What was read while the command ran: the primary moment; undefined when there was none. */
	during: Moment | undefined;
	/** The command, then. */
	process: ProcessState | null;
	ending: Ending;
	ledger: readonly LedgerCall[];
	/** The exception that ended the exercise. */
	thrown: Extract<Ending, { how: "threw" }>["thrown"] | null;
	/** The process that threw it, as it was at that moment. */
	atThrow: ProcessState | null;
}

/** Whether the exercise ended with this call refused for one of these reasons. */
export function refused(call: string, ...codes: string[]) {
	return ({ thrown }: Context): boolean => thrown?.syscall?.call === call && codes.includes(thrown.syscall.code);
}

/** Whether the command never ran because the kernel refused its execve, for one of these reasons or for any. */
export function commandRefused(...codes: string[]) {
	return ({ facts, ledger }: Context): boolean =>
		facts["command.ran"] === false &&
		ledger.some(
			({ call, error }) => call === "execve" && error !== undefined && (codes.length === 0 || codes.includes(error)),
		);
}

/** Whether the program made this call with all of these words in its arguments, and the kernel did it. */
export function called({ ledger }: Pick<Context, "ledger">, call: string, ...words: string[]): boolean {
	return ledger.some(
		(entry) =>
			entry.call === call &&
			entry.error === undefined &&
			words.every((word) => Object.values(entry.args).some((value) => value.includes(word))),
	);
}

/** Whether the call was made with these words, but only by children of the process that became the command. */
export function calledElsewhere({ ledger }: Pick<Context, "ledger">, call: string, ...words: string[]): boolean {
	const commands = ledger.filter((entry) => entry.call === "execve").map(({ task }) => task);
	const callers = ledger.filter((entry) => called({ ledger: [entry] }, call, ...words)).map(({ task }) => task);
	const isChild = (task: string) => commands.some((command) => task.startsWith(`${command}.`));
	return (
		commands.length > 0 && callers.length > 0 && callers.every((task) => !commands.includes(task) && isChild(task))
	);
}

/** What is known of a namespace that a child of the module's has, and the command has not. */
export function unsharedInChild(flag: string): Explanation {
	return {
		when: (context) => calledElsewhere(context, "unshare", flag),
		diagnosis: "unshared-in-child",
		why: `A child asked for ${flag}, and the kernel gave the namespace to that child. /proc/PID/ns of its parent, which became the command, is what it was: unshare moves the process that calls it, and a namespace is inherited downwards only.`,
		try: "Call unshare without forking first: the engine has already forked the process that becomes the command.",
		see: ["unshare(2)", "namespaces(7)"],
	};
}

/** The mount that the path lies on, in the view of a process. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
	const above = mounts.filter(
		({ mountPoint }) =>
			path === mountPoint || path.startsWith(mountPoint.endsWith("/") ? mountPoint : `${mountPoint}/`),
	);
	// Of two mounts on one place, the later one covers the other.
	return above.toSorted((a, b) => a.mountPoint.length - b.mountPoint.length).at(-1);
}

/** The command of a call at a moment; null when it did not run. */
export function commandAt(observation: Observation, moment: string, call = BOX): ProcessState | null {
	return observation.moments[moment]?.commands[call] ?? null;
}

/** Gives a check its type. */
export function defineCheck(check: Check): Check {
	return check;
}
