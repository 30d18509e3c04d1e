import { BOX, type Context, called, calledOnlyInChildren, type FactRule } from "../../harness/judge/index.ts";
import { type Asked, askedAbout, inWords, isRight } from "./answers.ts";
import { NO_FILTER, UNLOGGED } from "./facts.ts";
import { type Answer, EPERM, errorAnswer, SIGSYS, type Subject, WORKED } from "./profiles.ts";
import { DEFAULT, OPEN } from "./scenario.ts";

/** The rules about the filter itself, and about what it says to a call's number and architecture. */

export const list = ({ facts }: Context, fact: string): string => [facts[fact] ?? []].flat().join("; ");

/** Whether all answers about a subject, or the wrong ones only, fit. */
export const every = (asked: readonly Asked[], fits: (one: Asked) => boolean): boolean =>
	asked.length > 0 && asked.every(fits);
const wrongAbout = (context: Context, subject: Subject, calls: readonly string[] = [BOX]) =>
	askedAbout(context, subject, calls).filter((one) => !isRight(one));

/** What the first container's profile wants for calls that are not in it. */
const otherwise = (context: Context): Answer => askedAbout(context, "others")[0]?.question.wanted[0] ?? "";
const isError = (answer: Answer | undefined) =>
	answer !== undefined && answer !== WORKED && Number.parseInt(answer, 16) < 0x8000;
/** Whether the errors of the first container's profile include this answer. */
const isOfProfile = (context: Context, answer: Answer | undefined) =>
	answer === otherwise(context) || askedAbout(context, "listed").some(({ question }) => question.wanted[0] === answer);

/**
 * Where the wrong answers are, if all of them are before or behind all right ones in the profile; otherwise undefined. A
 * jump that is too long goes wrong for rules that are far from its target.
 */
function wrongSide(context: Context): string | undefined {
	const asked = askedAbout(context, "listed");
	const places = (ofRight: boolean) =>
		asked.filter((one) => isRight(one) === ofRight).map(({ question }) => question.place ?? 0);
	const [right, wrong] = [places(true), places(false)];
	if (right.length === 0 || wrong.length === 0) return undefined;
	if (Math.max(...right) < Math.min(...wrong)) return `from rule ${Math.min(...wrong) + 1} of the profile on`;
	return Math.max(...wrong) < Math.min(...right) ? `up to rule ${Math.max(...wrong) + 1} of the profile` : undefined;
}

/** Whether the list of system calls shows that the filter loads the architecture. It shows only the filter's beginning. */
const loadsArchitecture = ({ ledger }: Context) =>
	ledger.some(({ call, args }) => call === "seccomp" && /\bld 0x4\b/.test(args["args"] ?? ""));

const NO = ["filter.count"];

export const numberRules: FactRule[] = [
	{
		fact: "filter.count",
		madeOf: "kernel",
		what: "filters of the command that the engine has installed",
		explain: [
			{
				when: (context) => context.facts["filter.count"] === NO_FILTER && calledOnlyInChildren(context, "seccomp"),
				diagnosis: "filter-in-child",
				why: "A child called seccomp, so only that child has the filter. A filter holds for the process that installs it, and for the children that this process forks later.",
				try: "Call seccomp in the process that calls installFilter: it is the one that becomes the command.",
				see: ["seccomp(2)"],
			},
			{
				when: ({ facts }) => facts["filter.count"] === NO_FILTER,
				diagnosis: "no-filter",
				why: (context) =>
					`Seccomp_filters in /proc/PID/status of the command counts no filter of your engine's. ${called(context, "seccomp") ? "" : "Your program has not called seccomp. "}So the command may make every system call that there is: in this run, ${unsharedUser(context)}`,
				try: "Begin with prctl(PR_SET_NO_NEW_PRIVS, 1), and with a filter of one instruction: seccomp(SECCOMP_SET_MODE_FILTER, 0, [BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)]).",
				see: ["seccomp(2)", "PR_SET_NO_NEW_PRIVS(2const)"],
			},
			{
				diagnosis: "several-filters",
				why: ({ facts }) =>
					`Seccomp_filters in /proc/PID/status of the command counts ${facts["filter.count"]} filters of your engine's. The kernel runs all of them before each call, and the strictest answer counts. So a rule of one filter cannot allow what another filter refuses.`,
				try: "Put all rules into one program, one after the other, and call seccomp once.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "filter.privileges",
		madeOf: "kernel",
		what: "containers whose command has no no_new_privs",
		followsFrom: NO,
		explain: [
			{
				diagnosis: "no-new-privileges-missing",
				why: (context) =>
					`NoNewPrivs in /proc/PID/status of the command is 0 in: ${list(context, "filter.privileges")}. So a setuid program, which runs as root, could run with a filter that its caller has chosen. A filter can make the program's setresuid seem to work without doing anything. The kernel demands no_new_privs only of processes without CAP_SYS_ADMIN.`,
				try: "Call prctl(PR_SET_NO_NEW_PRIVS, 1) before seccomp, in any case.",
				see: ["PR_SET_NO_NEW_PRIVS(2const)", "seccomp(2)"],
			},
		],
	},
	{
		fact: "answers",
		madeOf: "files",
		what: "containers whose program could not make all of its calls",
		followsFrom: NO,
		explain: [
			{
				when: (context) => list(context, "answers") === OPEN,
				diagnosis: "default-not-allow",
				why: "The second profile's default is to allow. The program in its container needs mmap, fork, wait4, open and write, which are not in that profile, and it could not make all of its calls.",
				try: "profile.otherwise is an action like those of rules: make the same of it.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "program-stopped",
				why: (context) =>
					`The program makes its calls in a child, and writes the answers to a file. It needs mmap, fork, wait4, open and write, which all of the profiles allow. In these containers, answers are missing: ${list(context, "answers")}.`,
				try: "Compare by hand what your filter says to these calls with what the profile says: read its instructions in the list of your system calls.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "calls.listed",
		madeOf: "files",
		what: "calls in the profile that did not fail with the profile's error",
		followsFrom: [...NO, "answers"],
		explain: [
			{
				when: (context) => every(askedAbout(context, "listed"), ({ got }) => got === otherwise(context)),
				diagnosis: "rules-ignored",
				why: (context) =>
					`Every call in the first container's list ${inWords(otherwise(context))}. That is what the profile says of calls that no rule fits.`,
				try: "For each rule: compare the call's number (BPF_JEQ), and return the rule's action if it is equal.",
				see: ["seccomp(2)"],
			},
			{
				when: (context) => wrongSide(context) !== undefined,
				diagnosis: "wrong-by-distance",
				why: (context) =>
					`Rules without conditions have wrong answers ${wrongSide(context)}, and all others have right ones: ${list(context, "calls.listed")}. Probable cause: a jump that is too long. A conditional jump skips at most 255 instructions.`,
				try: "Let a rule that does not fit go on with the next rule, over only the rule's own instructions. Or jump with BPF_JMP | BPF_JA, whose offset has 32 bits.",
				see: ["seccomp(2)"],
			},
			{
				when: (context) => {
					const wrong = wrongAbout(context, "listed");
					return wrong.length > 1 && isError(wrong[0]?.got) && every(wrong, ({ got }) => got === wrong[0]?.got);
				},
				diagnosis: "one-error-for-all",
				why: (context) =>
					`Calls that should fail with different errors have all failed with the same one: ${list(context, "calls.listed")}. Each rule has an error number of its own.`,
				try: "Return SECCOMP_RET_ERRNO | errno, with the errno of the rule's action.",
				see: ["seccomp(2)"],
			},
			{
				when: (context) =>
					every(
						wrongAbout(context, "listed", [BOX, OPEN]),
						({ got }) => got !== undefined && !isOfProfile(context, got),
					),
				diagnosis: "not-refused",
				why: (context) =>
					`The profile lists these calls with an error, and the kernel has not returned it: ${list(context, "calls.listed")}.`,
				try: "Return SECCOMP_RET_ERRNO | errno if the call's number is the rule's.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "calls-confused",
				why: (context) =>
					`Wrong answers: ${list(context, "calls.listed")}. Some of these are the answers that the profile has for other calls. Possible causes: the comparison of one rule leads into the next one; the number was not loaded again after an argument was.`,
				try: "Count the instructions that each jump skips: 0 is the next instruction.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "calls.others",
		madeOf: "files",
		what: "calls that are not in the profile, with another answer than its default",
		followsFrom: [...NO, "answers"],
		explain: [
			{
				when: (context) => {
					const wrong = wrongAbout(context, "others");
					return wrong.length > 1 && isError(wrong[0]?.got) && every(wrong, ({ got }) => got === wrong[0]?.got);
				},
				diagnosis: "default-error-wrong",
				why: (context) =>
					`These calls are not in the profile: ${list(context, "calls.others")}. Its default error is another one: ${Number.parseInt(otherwise(context), 16)}.`,
				try: "After the last rule, return profile.otherwise: its errno, for every number that no rule has.",
				see: ["seccomp(2)"],
			},
			{
				// By chance, the kernel's own error for one of them can be the profile's default.
				when: (context) => {
					const wrong = wrongAbout(context, "others");
					const isAlmostAll = wrong.length >= askedAbout(context, "others").length - 1;
					return isAlmostAll && wrong.some(({ got }) => !isOfProfile(context, got));
				},
				diagnosis: "others-allowed",
				why: (context) =>
					`These calls are not in the profile: ${list(context, "calls.others")}. So they should fail with the default error, ${inWords(otherwise(context))}. The kernel has made them instead, or has said in its own words that there is no such call.`,
				try: "After the last rule, return profile.otherwise.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "others-confused",
				why: (context) =>
					`These calls are not in the profile, and got the answers of others: ${list(context, "calls.others")}.`,
				try: "A rule fits only one number. After the last rule, return profile.otherwise.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "calls.allowed",
		madeOf: "files",
		what: "calls that the profile allows, and that the filter has refused",
		followsFrom: [...NO, "answers"],
		explain: [
			{
				diagnosis: "allowed-refused",
				why: (context) =>
					`The profile allows these calls, with any arguments: ${list(context, "calls.allowed")}. (The program calls them with arguments of all ones, so most of them fail with EBADF or EINVAL, which is right.)`,
				try: "Return SECCOMP_RET_ALLOW for a rule whose action is allow.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "calls.log",
		madeOf: "files",
		what: "calls with the action log",
		followsFrom: [...NO, "answers"],
		explain: [
			{
				when: (context) => list(context, "calls.log").includes(UNLOGGED),
				diagnosis: "log-as-allow",
				why: (context) =>
					`The kernel's log has no line for these calls: ${list(context, "calls.log")}. With SECCOMP_RET_LOG, the kernel makes the call, and writes down who made it.`,
				try: "Return SECCOMP_RET_LOG for the action log.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "log-refused",
				why: (context) =>
					`These calls did not work: ${list(context, "calls.log")}. The action log does not refuse a call.`,
				try: "Return SECCOMP_RET_LOG for the action log.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "calls.kill",
		madeOf: "files",
		what: "calls with the action kill",
		followsFrom: [...NO, "answers"],
		explain: [
			{
				when: (context) => every(wrongAbout(context, "kill"), ({ got }) => isOfProfile(context, got)),
				diagnosis: "kill-as-error",
				why: (context) =>
					`The call failed, and the process went on: ${list(context, "calls.kill")}. The action kill ends the process by signal ${SIGSYS}, SIGSYS.`,
				try: "Return SECCOMP_RET_KILL_PROCESS for the action kill.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "not-killed",
				why: (context) =>
					`What happened instead of the end of the process: ${list(context, "calls.kill")}. The action kill ends it by signal ${SIGSYS}, SIGSYS, before the kernel looks at the call.`,
				try: "Return SECCOMP_RET_KILL_PROCESS for the action kill.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "arch.i386",
		madeOf: "files",
		what: "calls by int 0x80 that were not refused with ENOSYS or by SIGSYS",
		followsFrom: [...NO, "answers"],
		explain: [
			{
				when: (context) => every(wrongAbout(context, "i386"), ({ got }) => got === otherwise(context)),
				diagnosis: "architecture-by-default",
				why: (context) =>
					`A call by int 0x80 gets the profile's default action: ${list(context, "arch.i386")}. Where the default is to allow, everything is allowed to it. The list of a profile says nothing about another architecture's numbers.`,
				try: "Return SECCOMP_RET_ERRNO | ENOSYS for every architecture other than profile.architecture, whatever the profile's default is.",
				see: ["seccomp(2)"],
			},
			{
				when: (context) => wrongAbout(context, "i386").some(({ got }) => got === WORKED) && !loadsArchitecture(context),
				diagnosis: "no-architecture",
				why: "The program has made a directory, with a profile that refuses mkdir. It used the instruction int 0x80, by which 32-bit programs make system calls, and which works in every program. Those calls have other numbers: mkdir is 39, which for 64-bit calls is getpid, and the profile allows getpid.",
				try: "Begin the program with ld [SECCOMP_DATA_ARCH]. If it is not profile.architecture, return SECCOMP_RET_ERRNO | ENOSYS.",
				see: ["seccomp(2)"],
			},
			{
				when: (context) => wrongAbout(context, "i386").some(({ got }) => got === WORKED),
				diagnosis: "architecture-let-through",
				why: "The program has made a directory, with a profile that refuses mkdir. It used the instruction int 0x80, by which 32-bit programs make system calls, and which works in every program. Your filter reads the architecture, and these calls went through nevertheless.",
				try: "If the architecture is not profile.architecture, return SECCOMP_RET_ERRNO | ENOSYS. Do the numbers of another architecture mean anything in this profile?",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "architecture-answer",
				why: (context) => `The answers to calls by int 0x80: ${list(context, "arch.i386")}.`,
				try: "Return SECCOMP_RET_ERRNO | ENOSYS for every architecture other than profile.architecture, before any other test.",
				see: ["seccomp(2)"],
			},
		],
	},
	{
		fact: "arch.x32",
		madeOf: "files",
		what: "x32 calls that were not refused with ENOSYS or by SIGSYS",
		followsFrom: [...NO, "answers"],
		explain: [
			{
				when: (context) =>
					every(wrongAbout(context, "x32", [OPEN]), ({ got }) => got === errorAnswer(EPERM)) &&
					every(wrongAbout(context, "x32"), ({ got }) => got === otherwise(context)),
				diagnosis: "x32-by-number",
				why: (context) =>
					`The answers to getpid with the bit 0x40000000 in its number: ${list(context, "arch.x32")}. x32 calls have the architecture of 64-bit calls. So the filter compared the number, no rule fitted, and the default action followed. With the second profile, that is to allow: only the kit's own filter has refused the call there, with EPERM.`,
				try: "Refuse every number from X32_SYSCALL_BIT on: BPF_JGE.",
				see: ["seccomp(2)"],
			},
			{
				diagnosis: "x32-answer",
				why: (context) =>
					`The answers to getpid with the bit 0x40000000 in its number: ${list(context, "arch.x32")}. (EPERM is the answer of the kit's own filter, which refuses what yours has allowed.)`,
				try: "Return SECCOMP_RET_ERRNO | ENOSYS for every number from X32_SYSCALL_BIT on, before any rule.",
				see: ["seccomp(2)"],
			},
		],
	},
];

function unsharedUser(context: Context): string {
	const unshare = askedAbout(context, "default", [DEFAULT]).find(({ question }) => question.number === 272);
	return `unshare(CLONE_NEWUSER) ${inWords(unshare?.got)}.`;
}
