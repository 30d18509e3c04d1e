import type { Ending, LedgerCall, Mount, Observation, Preparation, ProcessState } from "../protocol.ts";
import type { Drawn, Facts, FactValue } from "./facts.ts";

/**
 * What a lesson's check.ts says: which scenario to play, which facts matter, and what is known about each way of
 * getting them wrong.
 */
export interface Check {
	/** The module that the learner writes, such as `isolate.ts`; the same name in lessons/ and solutions/. */
	module: string;
	/** The function that it exports. */
	exported: string;
	/** What the lesson is about, in words that end the sentence "This lesson is about …". */
	goal: string;
	/** What was learnt, said when it passes. */
	learnt: string;
	/** Draws the inputs of one run. */
	draw(random: Random): Drawn;
	/** What is played with them. */
	scenario(drawn: Drawn): Scenario;
	/** What must be so, the most telling first. Every fact is compared with the reference's. */
	facts: FactRule[];
	/** What is known about exceptions that the exercise ends with. */
	exceptions: Explanation[];
}

/** Inputs that nobody can know beforehand. */
export interface Random {
	/** A hostname such as `brisk-otter-4f2a`. */
	hostname(): string;
	/** A name for a file or directory such as `cargo-91c3d0`. */
	name(stem: string): string;
}

/** One run in a fresh virtual machine. */
export interface Scenario {
	/** What is done, for the report: "box run --hostname X sh". */
	does: string;
	/** What is made on the machine's host beforehand. */
	prepare: Preparation[];
	/** What `run` of solutions/box.ts is asked for, but for the command. */
	options: Record<string, unknown>;
	/** The exit code that the command ends with once it has been looked at. */
	exitCode: number;
	/** A file of the host; the break-out from a chroot is tried on it. */
	secret?: { path: string; text: string };
}

export interface FactRule {
	/** Name in {@link Facts}. */
	fact: string;
	/** What the fact is about, for the report: "the command's UTS namespace". */
	what: string;
	/** Values that are as right as the reference's. */
	accept?: (got: FactValue, context: Context) => boolean;
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
	ledger: readonly LedgerCall[];
	/** The exception that ended the exercise. */
	thrown: Extract<Ending, { how: "threw" }>["thrown"] | null;
	/** The process that threw it, as it was at that moment. */
	atThrow: ProcessState | null;
}

/** Whether the exercise ended with this call refused for this reason. */
export function refused(call: string, code: string) {
	return ({ thrown }: Context): boolean => thrown?.syscall?.call === call && thrown.syscall.code === code;
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

/** The mount that the path lies on, in the view of a process. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
	const above = mounts.filter(
		({ mountPoint }) =>
			path === mountPoint || path.startsWith(mountPoint.endsWith("/") ? mountPoint : `${mountPoint}/`),
	);
	// Of two mounts on one place, the later one covers the other.
	return above.toSorted((a, b) => a.mountPoint.length - b.mountPoint.length).at(-1);
}

/** Gives a check its type. */
export function defineCheck(check: Check): Check {
	return check;
}
