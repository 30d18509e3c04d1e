import type { Context, FactRule } from "../../harness/judge/index.ts";
import { type Asked, askedAbout } from "./answers.ts";
import { every, list } from "./number-rules.ts";
import { isTrue, type OciCondition, type Subject } from "./profiles.ts";

/** The rules about arguments, the engine's own profile, and the command that enters. */

/** A wrong way of looking at a condition. */
type Mistake = (condition: OciCondition, args: readonly bigint[]) => boolean;

const HALF = 32n;
const lower = (value: bigint) => value & 0xffffffffn;
const upper = (value: bigint) => value >> HALF;
const only = (
	half: (value: bigint) => bigint,
	{ index, op, value, valueTwo = 0n }: OciCondition,
	args: readonly bigint[],
) => isTrue({ index, op, value: half(value), valueTwo: half(valueTwo) }, half(args[index] ?? 0n));

const lowerHalf: Mistake = (condition, args) => only(lower, condition, args);
const upperHalf: Mistake = (condition, args) => only(upper, condition, args);
const bothApart: Mistake = (condition, args) => lowerHalf(condition, args) && upperHalf(condition, args);
const eitherApart: Mistake = (condition, args) => lowerHalf(condition, args) || upperHalf(condition, args);
const ofFirst: Mistake = (condition, args) => isTrue(condition, args[0] ?? 0n);
const withoutMask: Mistake = ({ index, valueTwo }, args) => args[index] === valueTwo;
const always: Mistake = () => true;
const never: Mistake = () => false;
const OTHER_BOUND: Readonly<Record<string, string>> = {
	...{ SCMP_CMP_LT: "SCMP_CMP_LE", SCMP_CMP_LE: "SCMP_CMP_LT", SCMP_CMP_GT: "SCMP_CMP_GE", SCMP_CMP_GE: "SCMP_CMP_GT" },
};
const otherBound: Mistake = (condition, args) =>
	isTrue({ ...condition, op: OTHER_BOUND[condition.op] ?? condition.op }, args[condition.index] ?? 0n);

/** Whether a filter with this mistake gives every answer that was measured. A mistake that changes no answer does not count. */
function fits(mistake: Mistake, asked: readonly Asked[]): boolean {
	return every(asked, ({ question: { condition, args }, got }) => {
		if (condition === undefined) return false;
		return got === (mistake(condition.rule, args) ? condition.holds : condition.fails);
	});
}
/** Whether a filter with this mistake gives the answers for each operator whose answers are wrong. */
function fitsWrong(mistake: Mistake, asked: readonly Asked[]): boolean {
	const names = new Set(asked.filter(({ question, got }) => !question.wanted.includes(got ?? "")).map(nameOf));
	return fits(
		mistake,
		asked.filter((one) => names.has(nameOf(one))),
	);
}
const nameOf = ({ question }: Asked) => question.name;

const made =
	(subject: Subject, ...mistakes: Mistake[]) =>
	(context: Context): boolean =>
		mistakes.some((mistake) => fitsWrong(mistake, askedAbout(context, subject)));

/** Whether the answers about a subject are these, in the order of the questions: numbers of questions with that answer. */
const answersAre =
	(subject: Subject, ...sameAs: number[]) =>
	(context: Context): boolean => {
		const asked = askedAbout(context, subject);
		return (
			every(asked, ({ got }) => got !== undefined) &&
			sameAs.every((other, index) => asked[index]?.got === asked[other]?.question.wanted[0])
		);
	};

const FOLLOWS = ["filter.count", "answers", "calls.listed", "calls.others"];
const ARGUMENTS = ["args.operators"];

export const argumentRules: FactRule[] = [
	{
		fact: "args.operators",
		madeOf: "files",
		what: "comparisons of an argument with a wrong result",
		followsFrom: FOLLOWS,
		explain: [
			{
				when: made("operators", always),
				diagnosis: "conditions-ignored",
				why: (context) =>
					`The filter returns the rule's action whatever the argument is. Wrong answers: ${list(context, "args.operators")}.`,
				try: "Before a rule returns its action, compare the arguments that its conditions name.",
				see: ["seccomp(2)"],
			},
			{
				when: made("operators", never),
				diagnosis: "conditions-never-hold",
				why: (context) =>
					`A rule with a condition never fits, whatever the argument is. Wrong answers: ${list(context, "args.operators")}.`,
				try: "Load the argument: SECCOMP_DATA_ARG_LOW(index) and SECCOMP_DATA_ARG_HIGH(index). Until then, the number of the call is what BPF_JEQ compares.",
				see: ["seccomp(2)"],
			},
			{
				when: made("operators", lowerHalf),
				diagnosis: "lower-half-only",
				why: (context) =>
					`All wrong answers are those of a filter that compares only the lower 32 bits: ${list(context, "args.operators")}. An argument has 64 bits, and a filter reads 32 at a time.`,
				try: "Compare the upper halves first. They decide, unless they are equal.",
				see: ["seccomp(2)"],
			},
			{
				when: made("operators", bothApart, eitherApart, upperHalf),
				diagnosis: "halves-apart",
				why: (context) =>
					`All wrong answers are those of a filter that compares each half for itself: ${list(context, "args.operators")}. As with decimal digits, 2 0 is more than 1 9, though 0 is less than 9.`,
				try: "Compare the upper halves: if one is greater, the result is known. Only if they are equal, the lower halves decide.",
				see: ["seccomp(2)"],
			},
			{
				when: made("operators", ofFirst),
				diagnosis: "first-argument",
				why: (context) =>
					`All wrong answers are those of a filter that always compares the first argument: ${list(context, "args.operators")}.`,
				try: "Load the argument at the offset SECCOMP_DATA_ARG_LOW(index), with the condition's index.",
				see: ["seccomp(2)"],
			},
			{
				when: made("operators", otherBound),
				diagnosis: "bound-wrong",
				why: (context) =>
					`All wrong answers are about an argument that is equal to the value: ${list(context, "args.operators")}. It makes the difference between < and <=, and between > and >=.`,
				try: "BPF_JGT is true for greater numbers only, BPF_JGE also for equal ones. < is the contrary of >=, and <= the contrary of >.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "comparison-wrong",
				why: (context) => `Wrong answers: ${list(context, "args.operators")}.`,
				try: "Follow the jumps of one comparison by hand, for an upper half that is less, equal and greater.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "args.mask",
		madeOf: "files",
		what: "comparisons with a mask that had a wrong result",
		followsFrom: [
			...FOLLOWS,
			"args.operators/conditions-ignored",
			"args.operators/conditions-never-hold",
			"args.operators/first-argument",
		],
		explain: [
			{
				when: made("mask", withoutMask),
				diagnosis: "mask-ignored",
				why: (context) =>
					`All wrong answers are those of a filter that compares the whole argument: ${list(context, "args.mask")}. The mask says which bits of the argument count.`,
				try: "After loading a half, use BPF_ALU | BPF_AND | BPF_K with the same half of the mask.",
				see: ["seccomp(2)"],
			},
			{
				when: made("mask", lowerHalf),
				diagnosis: "mask-of-one-half",
				followsFrom: [...FOLLOWS, ...ARGUMENTS],
				why: (context) =>
					`All wrong answers are those of a filter that looks only at the lower 32 bits: ${list(context, "args.mask")}.`,
				try: "Compare both halves, each with its half of the mask.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "mask-wrong",
				followsFrom: [...FOLLOWS, ...ARGUMENTS],
				why: (context) => `Wrong answers: ${list(context, "args.mask")}.`,
				try: "(argument & mask) === value, in each half.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "args.all",
		madeOf: "files",
		what: "a rule with three conditions",
		followsFrom: [...FOLLOWS, ...ARGUMENTS],
		explain: [
			{
				when: answersAre("all", 0, 1, 0, 0, 1),
				diagnosis: "first-condition-only",
				why: "The rule fits as soon as its first condition holds. All three have to hold.",
				try: "If a condition holds, go on with the next one. If one does not hold, go on with the next rule.",
				see: ["seccomp(2)"],
			},
			{
				when: answersAre("all", 0, 0, 0, 0, 1),
				diagnosis: "one-condition-enough",
				why: "The rule fits as soon as one of its conditions holds. All three have to hold.",
				try: "If a condition holds, go on with the next one. If one does not hold, go on with the next rule.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "conditions-wrong",
				why: (context) =>
					`One rule has three conditions, and the program makes the call with all of them true, with each one false, and with all false. Wrong answers: ${list(context, "args.all")}.`,
				try: "If a condition holds, go on with the next one. If one does not hold, go on with the next rule.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "args.alternatives",
		madeOf: "files",
		what: "a call with three rules",
		followsFrom: [...FOLLOWS, ...ARGUMENTS],
		explain: [
			{
				when: answersAre("alternatives", 0, 3, 3, 3),
				diagnosis: "first-rule-only",
				why: (context) =>
					`The call has three rules, and only the first one ever fits: ${list(context, "args.alternatives")}. Possible causes: a rule that does not fit returns the default action; or the next rule compares the call's number with what was loaded last, which is an argument by then.`,
				try: "If a condition does not hold, go on with the next rule. Load SECCOMP_DATA_NR again there.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "alternatives-wrong",
				why: (context) =>
					`The call has three rules with one condition each, and with different errors. Wrong answers: ${list(context, "args.alternatives")}.`,
				try: "Keep all rules, in the profile's order. If a condition does not hold, go on with the next rule.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "args.first",
		madeOf: "files",
		what: "a call that two rules fit",
		followsFrom: [...FOLLOWS, ...ARGUMENTS, "args.alternatives"],
		explain: [
			{
				diagnosis: "later-rule-decides",
				why: (context) =>
					`The first rule has a condition, and the second one has none. Where both fit, the first one decides. Wrong answers: ${list(context, "args.first")}.`,
				try: "Keep the profile's order.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "args.number",
		madeOf: "files",
		what: "a call with an argument that is the number of another call",
		followsFrom: [...FOLLOWS, ...ARGUMENTS, "args.alternatives"],
		explain: [
			{
				diagnosis: "argument-as-number",
				why: (context) =>
					`The answer was that of another call: ${list(context, "args.number")}. A filter has one register. After a comparison of an argument, it holds the argument, and no longer the call's number.`,
				try: "Load SECCOMP_DATA_NR at the beginning of each rule.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "default.calls",
		madeOf: "files",
		what: "wrong answers with the engine's own profile",
		followsFrom: [
			...FOLLOWS,
			"calls.listed",
			"calls.others",
			"calls.allowed",
			"args.operators",
			"args.mask",
			"args.alternatives",
			"args.first",
		],
		explain: [
			{
				diagnosis: "default-profile",
				why: (context) =>
					`The engine's own profile allows clone if it makes no namespace, answers clone3 with ENOSYS, and refuses what is not in its list with EPERM. Wrong answers: ${list(context, "default.calls")}.`,
				try: "Read solutions/given/allowlist.ts, and follow the rules of the first of these calls.",
				see: ["seccomp(2)", "clone(2)"],
			},
		],
	},
	{
		fact: "entered.filter",
		madeOf: "kernel",
		what: "filters of a command that enters the container",
		followsFrom: ["filter.count", "filter.privileges"],
		explain: [
			{
				diagnosis: "entered-without",
				why: ({ facts }) =>
					`Filters of a command that enters: ${facts["entered.filter"]}. A filter belongs to a process and its descendants, not to a container. The engine calls installFilter for each command.`,
				try: "Install the filter whenever installFilter is called: keep nothing from one call for the next.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "entered.calls",
		madeOf: "files",
		what: "wrong answers to a command that enters the container",
		followsFrom: [
			...[...FOLLOWS, "entered.filter", "calls.allowed", "calls.log", "calls.kill"],
			...["arch.i386", "arch.x32", "args.operators", "args.mask", "args.all", "args.alternatives", "args.first"],
			"args.number",
		],
		explain: [
			{
				diagnosis: "entered-differs",
				why: (context) =>
					`The command that enters the container has the same profile, and asks the same. Wrong answers: ${list(context, "entered.calls")}.`,
				try: "Make the same program of the same profile, whichever process calls installFilter.",
				see: ["seccomp(2)"],
			},
		],
	},
];
