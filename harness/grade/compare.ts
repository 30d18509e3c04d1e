import { constants } from "node:os";
import { type Check, type Context, commandRefused, type Explanation, type FactRule } from "./check.ts";
import { type Facts, type FactValue, withDrawn } from "./facts.ts";

/** One difference between what the kernel shows of the exercise and of the reference, explained. */
export interface Finding {
	fact: string;
	/** What the fact is about, in words. */
	what: string;
	expected: FactValue | null;
	got: FactValue | null;
	diagnosis: string;
	explanation: string;
	try: string;
	see: string[];
	misconception?: number;
}

/**
 * Compares an exercise's facts with the reference's.
 * @param reference the reference solution's facts, from a run of its own
 * @returns the findings, in the order of the check's rules; none when the exercise is right
 */
export function compare(check: Check, context: Context, reference: Facts): Finding[] {
	const ended = endingFinding(check, context, reference);
	const rules = check.facts.filter(({ fact }) => fact !== "ending");
	const wrong = rules.flatMap((rule) => {
		const got = context.facts[rule.fact];
		const expected = reference[rule.fact];
		if (expected === undefined) throw new Error(`the reference shows no fact ${rule.fact}`);
		// Of a run that did not come to its end, not everything can be read, and its ending has said why.
		if (got === undefined) return ended.length > 0 ? [] : unmeasured(rule, expected, context);
		if (equal(got, expected) || rule.accept?.(got, context)) return [];
		return [finding(rule.fact, rule.what, expected, got, choose(rule.explain, context), context)];
	});
	// One cause often shows in several facts: while the command runs and afterwards. It is told once.
	const told = new Set<string>();
	return [...ended, ...wrong].filter(({ explanation }) => !told.has(explanation) && told.add(explanation));
}

// In a run that went to its end, something has kept the probe from reading. What is missing is never right.
function unmeasured(rule: FactRule, expected: FactValue, context: Context): Finding[] {
	const explanation: Explanation = {
		diagnosis: "unmeasured",
		why: "This could not be read from the kernel: a process of the check's own was ended or kept from its work.",
		try: "Look for signals to processes that are not yours.",
		see: [],
	};
	return [finding(rule.fact, rule.what, expected, "nothing that could be read", explanation, context)];
}

// A command that ran and a wrong exit code are two findings; an exception is the reason for all that follows.
function endingFinding(check: Check, context: Context, reference: Facts): Finding[] {
	const got = context.facts["ending"] ?? "";
	const expected = reference["ending"] ?? "";
	if (equal(got, expected) && context.facts["command.ran"] === reference["command.ran"]) return [];
	const { thrown } = context;
	const neverRan = context.facts["command.ran"] === false ? `${got}, but the command never ran` : got;
	const shown = thrown === null ? neverRan : `${thrown.name}: ${thrown.message}`;
	return [
		finding(
			"ending",
			"how it ended",
			expected,
			shown,
			choose([...check.exceptions, ...endings(check)], context),
			context,
		),
	];
}

// What is true of every exercise; check.exceptions come first.
function endings(check: Check): Explanation[] {
	const how = (name: string) => (context: Context) => context.ending.how === name;
	return [
		{
			when: ({ thrown }) => thrown?.syscall !== undefined,
			diagnosis: "refused-call",
			why: ({ thrown }) =>
				`The kernel refused ${thrown?.syscall?.call} with ${thrown?.syscall?.code}, and the exception ended the program before the command ran.`,
			try: "Look the error up under ERRORS in the manual page, and check the arguments above against it.",
			see: [],
		},
		{
			when: how("threw"),
			diagnosis: "exception",
			why: ({ thrown }) =>
				`An exception that nobody caught ended the program before it was done.${/^ENOENT: .*, mkdir '/.test(thrown?.message ?? "") ? " mkdir makes one directory, and the one that it is to be in must be there." : ""}`,
			try: "Start at the line of yours that is marked below.",
			see: [],
		},
		{
			when: ({ ending, ledger }) => ending.how === "hung" && openCall(ledger) !== undefined,
			diagnosis: "hangs-in-call",
			why: ({ ledger }) =>
				`It was still waiting in ${openCall(ledger)} when its time was up: the kernel never answered that call.`,
			try: "Ask what would end that wait, and which process should bring it about.",
			see: [],
		},
		{
			when: how("hung"),
			diagnosis: "never-ends",
			why: "It was still running when its time was up, and was in no system call of ours: a loop that never ends, or a child that does.",
			try: `Look for a loop whose condition never changes. ${check.exported} should come back at once; the command is not its business.`,
			see: [],
		},
		{
			when: how("child-returned"),
			diagnosis: "child-returned",
			why: "A forked child came back from the function, so two processes went on as if each were the only one.",
			try: "End the child with execve or _exit, whatever happens in it.",
			see: ["fork(2)"],
		},
		{
			when: how("asynchronous"),
			diagnosis: "asynchronous",
			why: `${check.exported} returned a promise. A forked child has one thread and no event loop, so nothing would ever settle it.`,
			try: "Write it without async and await; node:fs has a Sync form of everything.",
			see: ["fork(2)"],
		},
		{
			// It kills the largest process of all, which is the child or, by a hair, the engine above it.
			when: ({ observation: { before, after }, facts }) =>
				facts["command.ran"] === false && after.oomKills > before.oomKills,
			diagnosis: "out-of-memory",
			why: "The machine's memory ran out before the command ran, and the kernel killed what had taken most of it: oom_kill in /proc/vmstat has grown.",
			try: "Look for what takes memory without end: a loop that keeps what it makes, a buffer that is never emptied.",
			see: ["proc_vmstat(5)"],
		},
		{
			when: how("exited"),
			diagnosis: "exited-early",
			why: ({ ending }) =>
				ending.how === "exited" && ending.signal !== null
					? `The program itself was killed by ${ending.signal} before it was done.`
					: "The program ended itself before it was done.",
			try: "Look for process.exit, _exit or kill outside the child.",
			see: [],
		},
		{
			when: commandRefused(),
			diagnosis: "command-refused",
			why: ({ ledger }) => {
				const refused = ledger.find(({ call, error }) => call === "execve" && error !== undefined);
				return `The kernel refused execve(${refused?.args["pathname"]}, …) with ${refused?.error}: the program is looked for from the root that the process then had.`;
			},
			try: 'Look at what / is just before the command is started: readdirSync("/") tells.',
			see: ["execve(2), ERRORS", "path_resolution(7)"],
		},
		{
			when: (context) => context.facts["command.ran"] === false && endingSignal(context) !== undefined,
			diagnosis: "killed-before-command",
			why: (context) => {
				const { name, code, number } = endingSignal(context) ?? { name: "a signal", code: 0, number: 0 };
				const told = `${name} (128 + ${number} = ${code}) ended the process before it became the command. The machine's memory had not run out.`;
				return name === "SIGABRT" ? `${told} A Node whose own heap is full aborts in this way.` : told;
			},
			try: "Look for kill, and for the pid that it is given; and for what takes memory without end.",
			see: ["signal(7)"],
		},
		{
			when: ({ facts }) => facts["command.ran"] === false,
			diagnosis: "command-never-ran",
			why: "The process that should have become the command ended before it did.",
			try: `${check.exported} has to return normally, so that the engine can start the command: look for process.exit, _exit or kill, and for a forked child that goes on in its place.`,
			see: [],
		},
		{
			diagnosis: "wrong-ending",
			why: "The command ran, but did not end as it should have.",
			try: "Compare your calls with the reference's, the last ones first: --trace, or t in watch mode, shows both.",
			see: [],
		},
	];
}

/** The signal that the exit code tells of, as a shell does: 128 + its number. */
function endingSignal({ ending }: Context): { name: string; code: number; number: number } | undefined {
	const code = ending.how === "returned" ? Number(ending.value) : 0;
	const [name, number] = Object.entries(constants.signals).find(([, signal]) => 128 + signal === code) ?? [];
	return name === undefined || number === undefined ? undefined : { name, code, number };
}

function openCall(ledger: Context["ledger"]): string | undefined {
	// The engine's own parent always waits; a wait in it is only the echo of a wait below.
	const open = ledger.filter(
		(entry) =>
			entry.result === undefined && entry.error === undefined && entry.call !== "execve" && entry.call !== "_exit",
	);
	const deepest = open.toSorted((a, b) => b.task.length - a.task.length)[0];
	if (deepest === undefined || (deepest.task === "1" && deepest.call === "waitpid")) return undefined;
	return `${deepest.call}(${Object.values(deepest.args).join(", ")})`;
}

function finding(
	fact: string,
	what: string,
	expected: FactValue,
	got: FactValue,
	explanation: Explanation,
	context: Context,
): Finding {
	const { diagnosis, why, misconception, see } = explanation;
	return {
		fact,
		what,
		expected: withDrawn(expected, context.drawn),
		got: withDrawn(got, context.drawn),
		diagnosis,
		explanation: typeof why === "string" ? why : why(context),
		try: explanation.try,
		see,
		...(misconception === undefined ? {} : { misconception }),
	};
}

function choose(explanations: readonly Explanation[], context: Context): Explanation {
	const fitting = explanations.find(({ when }) => when === undefined || when(context));
	if (fitting === undefined) throw new Error("a check has a fact without an explanation that always fits");
	return fitting;
}

const equal = (one: FactValue, other: FactValue) => JSON.stringify(one) === JSON.stringify(other);
