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
import type { Facts, FactValue, RandomInputs } from "./values.ts";

/**
 * What a lesson's check.ts defines: the scenario to run, the facts that matter, and explanations for the known ways of
 * getting each fact wrong.
 */
export interface Check {
	/** File name of the module that the learner writes, such as `isolate.ts`. The solution has the same name. */
	module: string;
	/** The function that the module exports; if there are several, the first. */
	exported: string;
	/** Points for passing the check, when a class is graded. */
	weight: number;
	/**
	 * What the lesson's points are for. All facts that are in no group form one more group, which gets the remaining
	 * points: see `groupsOf`.
	 */
	groups: FactGroup[];
	/** What the lesson teaches; printed when the module passes. */
	lessonSummary: string;
	/** Draws the random inputs of one run. */
	draw(random: Random): RandomInputs;
	/** Returns the scenario with these inputs. */
	scenario(drawn: RandomInputs): Scenario;
	/** The call that the lesson is about, and the moment at which its command is read. Default: {@link PRIMARY}. */
	primary?: Primary;
	/** The directory that the command's root must be, if there is one. Mounts of it do not count as the host's files. */
	rootfs?(drawn: RandomInputs): Rootfs;
	/**
	 * Derives facts that only this lesson has. Drawn values in them, except the exit code, are replaced by `‹name›`.
	 */
	derive?(observation: Observation, drawn: RandomInputs): Record<string, FactValue>;
	/** Rules for the lesson's facts, the most important first. Each fact is compared with the reference's. */
	facts: FactRule[];
	/** The parts of a lesson that learners write and check one after the other. Default: the lesson has no parts. */
	parts?: Part[];
	/**
	 * Explanations of wrong endings, such as exceptions. They are tried before the explanations that every lesson has:
	 * see `endingExplanations`.
	 */
	exceptions: Explanation[];
}

/**
 * The exit code of the primary call's command. It is drawn at random for every run. The step that ends the call
 * writes it to the command's standard input. It is in no script and in no argument, so the exercise cannot know it
 * earlier.
 */
export function exitCodeOf({ [EXIT_CODE]: drawn }: RandomInputs): number {
	return Number(drawn);
}

/** Name of the exit code among the drawn values. */
export const EXIT_CODE = "exitCode";

/** Draws inputs that a submission cannot know in advance. */
export interface Random {
	/** A hostname such as `brisk-otter-4f2a`. */
	hostname(): string;
	/** A name for a file or directory such as `cargo-91c3d07e`. */
	name(stem: string): string;
}

/** A call that a scenario makes: the options for the engine, and how to recognise the command. See {@link Call}. */
export interface PlannedCall extends Pick<Call, "as" | "stdio" | "until" | "asynchronous" | "says"> {
	/** What the call is for; printed after the call's name, such as "its command does not exist". */
	about?: string;
	/** The function to call: an export of the engine, or of the lesson's driver. Default: `run`. */
	export?: string;
	/** The function's options, except `command`. */
	options: Record<string, unknown>;
	/**
	 * The command's script for sh(1). `pause` waits for a line that a `feed` step writes; then `$line` holds that line.
	 * Default: a script that waits for one line, and exits with the exit code in it.
	 */
	script?: string;
	/** The call is impossible: the engine must throw. */
	fails?: true;
	/** A command other than a script. The token must be one of its arguments. `none`: the call starts no command. */
	command?: ((token: string) => [string, ...string[]]) | "none";
	/** Name of another call. This call runs the same command, and its command has the same token. */
	sameTokenAs?: string;
}

/** One run in a fresh virtual machine. */
export interface Scenario {
	/** What the run does, for the report: "ran sh with the hostname X". */
	does: string;
	/** What to create on the virtual machine's host before the run. */
	prepare: Preparation[];
	/**
	 * Up to six calls by name, each in a runner process of its own. {@link Check.primary} names the one that the lesson
	 * is about.
	 */
	calls: Record<string, PlannedCall>;
	/** Default: make the primary call, read the kernel at the primary moment, and end the call. */
	steps?: Step[];
	/** What to read in addition to what every run reads, by subject: `{ network: {}, files: { watch: ["/lab"] } }`. */
	readings?: Readings;
}

/** A directory of the host that becomes a container's root. */
export interface Rootfs {
	path: string;
	/** Name of a file in it, drawn at random. The file identifies a copy of the directory. */
	marker?: string;
}

/** The call that a lesson is about, and the moment at which its command is read. */
export interface Primary {
	call: string;
	moment: string;
}

/** A part of a lesson. The report says of each part how far the exercise is; the verdict depends on all facts. */
export interface Part {
	/** What the part is about, for the report: "programs". */
	title: string;
	/** The function that learners write first. */
	firstFunction: string;
	/** Names of facts. The part is right if all of them are the same as the reference's. */
	facts: string[];
	/** Whether the exercise has other code than the skeleton's for this part. Default: it has. */
	isBegun?(context: Context): boolean;
}

/** Facts that are worth points together, such as all facts about the container's root. */
export interface FactGroup {
	/** What the exercise has built if the facts are right: "a hostname of its own". */
	title: string;
	/** Its part of {@link Check.weight}. */
	points: number;
	/** Names of facts. The points are given if all of them are the same as the reference's. */
	facts: string[];
	/**
	 * Titles of other groups. The points are given only if one of those groups is right, too. Needed if the skeleton has
	 * these facts right without having built anything.
	 */
	onlyWith?: string[];
}

/** The names that most lessons use for their call and its moment. */
export const BOX = "box";
export const DURING = "during";
export const PRIMARY: Primary = { call: BOX, moment: DURING };

/** @see Check.primary */
export const primaryOf = ({ primary = PRIMARY }: Pick<Check, "primary">): Primary => primary;

/**
 * The source of a fact. If a fact has several sources, this is the one that an exercise can most easily forge. The
 * source decides what the fact is worth as evidence. test/hostile/README.md lists the source of every fact of every
 * lesson.
 *
 * - `kernel`: the agent read it from the kernel itself: /proc, cgroup files, netlink, mount tables.
 * - `answer`: a program of the check received it as an answer. The exercise can neither see nor change that program.
 * - `files`: content or metadata of files that the exercise can write, read by the agent or by a program of the check.
 * - `exercise`: what the exercise says: what its function returned or threw, or what was printed.
 */
export type MadeOf = "kernel" | "answer" | "files" | "exercise";

/** In {@link FactRule.followsFrom}: the command never ran, or its call did not return. */
export const EARLY_END = "early end";

/**
 * In {@link FactRule.followsFrom}, for facts that are read while the command runs: the run ended early, and nothing
 * shows that the mistake came after the command had started. Excluded are runs in which the command ran, and then the
 * engine waited for ever, or threw an exception after it had waited for a child.
 */
export const FAILED_START = "failed start";

export interface FactRule {
	/** Name in {@link Facts}. */
	fact: string;
	madeOf: MadeOf;
	/** What the fact is about, for the report: "the command's UTS namespace". */
	what: string;
	/** Whether a value that differs from the reference's is right as well. */
	accept?: (got: FactValue, context: Context) => boolean;
	/**
	 * Whether a wrong value is only a consequence of another finding. Then it is left out if any finding is not a
	 * consequence. If all findings are consequences, it is reported, so that a wrong value never passes.
	 */
	isConsequence?: (context: Context) => boolean;
	/**
	 * Earlier facts of the lesson that this fact depends on: if one of them is wrong, mending it probably mends this
	 * one. The report then shows this finding as a probable consequence. `FACT/DIAGNOSIS` stands for the fact with that
	 * diagnosis only; {@link EARLY_END} and {@link FAILED_START} stand for a run that ended early. If in doubt, do not
	 * name a fact: then the report shows this finding as a mistake of its own. Default: only {@link EARLY_END}.
	 */
	followsFrom?: readonly string[];
	/** Explanations of wrong values, the most specific first. The last one must always fit. */
	explain: Explanation[];
}

/** Explains one way of getting a fact wrong. */
export interface Explanation {
	/** Whether the explanation fits what was measured. Without `when`, it always fits. */
	when?: (context: Context) => boolean;
	/** Short name of the diagnosis, such as `old-root-attached`; tests of wrong submissions name it. */
	diagnosis: string;
	/** Number of the misconception behind the mistake. Wrong submissions with that misconception name it, too. */
	misconception?: number;
	/** Replaces {@link FactRule.followsFrom}, if this explanation is chosen. */
	followsFrom?: readonly string[];
	/** Why the value is wrong, with the fact that proves it. If the cause was not measured, says "possible causes". */
	why: string | ((context: Context) => string);
	/** What to try. */
	try: string;
	/** Manual pages and lesson sections to read. */
	see: string[];
}

/** Everything that an explanation may look at. */
export interface Context {
	facts: Facts;
	drawn: RandomInputs;
	observation: Observation;
	/** What was read at the primary moment, while the command ran; undefined if the run did not reach that moment. */
	during: Moment | undefined;
	/** The command's process at that moment; null if it was not running. */
	process: ProcessState | null;
	/** How the primary call ended. */
	ending: Ending;
	/** The system calls of the primary call, without its writes of files. */
	ledger: readonly LedgerCall[];
	/** The exception that ended the primary call; null if it ended otherwise. */
	thrown: Extract<Ending, { how: "threw" }>["thrown"] | null;
	/** The process that threw the exception, as it was at that moment; null if none threw, or it could not be read. */
	atThrow: ProcessState | null;
}

/** Makes a test: did the exercise end with a SyscallError of this call, with one of these error codes? */
export function refused(call: string, ...codes: string[]) {
	return ({ thrown }: Context): boolean => thrown?.syscall?.call === call && codes.includes(thrown.syscall.code);
}

/**
 * Whether this call is the execve of a call's command, and not that of another program. One argument of every command
 * is its token, which `requestFor` draws.
 */
export const isCommandsExecve = ({ call, args }: LedgerCall): boolean =>
	call === "execve" && /"drydock-[0-9a-f]{8}"/.test(args["argv"] ?? "");

/** The calls of execve that started the command: those that the kernel did not refuse. */
export const commandStarts = (ledger: readonly LedgerCall[]): LedgerCall[] =>
	ledger.filter((entry) => isCommandsExecve(entry) && entry.error === undefined);

/**
 * Makes a test: did the command never run because the kernel refused its execve?
 * @param codes the error codes that count; all, if none is given
 */
export function commandRefused(...codes: string[]) {
	return ({ facts, ledger }: Context): boolean =>
		facts["command.ran"] === false &&
		ledger.some(
			(entry) =>
				isCommandsExecve(entry) && entry.error !== undefined && (codes.length === 0 || codes.includes(entry.error)),
		);
}

/**
 * Whether the program made this call without an error, with all of these words in its arguments. A call that never
 * returned counts, too.
 */
export function called({ ledger }: Pick<Context, "ledger">, call: string, ...words: string[]): boolean {
	return ledger.some(
		(entry) =>
			entry.call === call &&
			entry.error === undefined &&
			words.every((word) => Object.values(entry.args).some((value) => value.includes(word))),
	);
}

/** Whether the call succeeded with these words, but only in descendants of the process that became the command. */
export function calledOnlyInChildren({ ledger }: Pick<Context, "ledger">, call: string, ...words: string[]): boolean {
	const commands = ledger.filter(isCommandsExecve).map(({ task }) => task);
	const callers = ledger.filter((entry) => called({ ledger: [entry] }, call, ...words)).map(({ task }) => task);
	const isChild = (task: string) => commands.some((command) => task.startsWith(`${command}.`));
	return (
		commands.length > 0 && callers.length > 0 && callers.every((task) => !commands.includes(task) && isChild(task))
	);
}

/** Explains why the command has no new namespace: the module created the namespace in a child process. */
export function unsharedInChild(flag: string): Explanation {
	return {
		when: (context) => calledOnlyInChildren(context, "unshare", flag),
		diagnosis: "unshared-in-child",
		why: `A child called unshare with ${flag}, so only that child has the new namespace. /proc/PID/ns of its parent, which became the command, has not changed: unshare moves the process that calls it, and only its later children inherit the namespace.`,
		try: "Call unshare without forking first: the engine has already forked the process that becomes the command.",
		see: ["unshare(2)", "namespaces(7)"],
	};
}

/** The mount that `path` is on, according to a process's mount table; undefined if the table has none for it. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
	const above = mounts.filter(
		({ mountPoint }) =>
			path === mountPoint || path.startsWith(mountPoint.endsWith("/") ? mountPoint : `${mountPoint}/`),
	);
	// If two mounts have the same mount point, the later one usually covers the other. After pivot_root(".", "."), the
	// older one does.
	return above.toSorted((a, b) => a.mountPoint.length - b.mountPoint.length).at(-1);
}

/** The command of a call at a moment; null if it was not running. */
export function commandAt(observation: Observation, moment: string, call = BOX): ProcessState | null {
	return observation.moments[moment]?.commands[call] ?? null;
}

/** Gives a check its type. */
export function defineCheck(check: Check): Check {
	return check;
}
