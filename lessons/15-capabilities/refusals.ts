import {
	BOX,
	type Context,
	called,
	commandAt,
	DURING,
	type Explanation,
	howItEnded,
	type LedgerCall,
} from "../../harness/judge/index.ts";

/**
 * Explanations of calls that the kernel refuses, for any call of the check. Only some containers of the check show some
 * of these mistakes: most of what root may do needs no capability that is missing in the first container.
 */

/** The kernel's refusal that ended a call, and the system calls before it. */
interface Refusal {
	thrown: Context["thrown"];
	ledger: readonly LedgerCall[];
}

const refusalOf = ({ observation }: Context, name: string): Refusal => {
	const call = observation.calls[name];
	return { thrown: call?.ending.how === "threw" ? call.ending.thrown : null, ledger: call?.ledger ?? [] };
};

const argument = ({ thrown }: Refusal, name: string) => thrown?.syscall?.args[name] ?? "";
const isRefused = ({ thrown }: Refusal, call: string, code: string) =>
	thrown?.syscall?.call === call && thrown.syscall.code === code;
/** The driver of the check calls capset in the engine's own process, which is task "1". */
export const hasSet = ({ ledger }: Pick<Refusal, "ledger">) =>
	called({ ledger: ledger.filter(({ task }) => task !== "1") }, "capset");
const hasChangedUser = ({ ledger }: Refusal) => called({ ledger }, "setresuid");
/** Whether the process had asked to keep its permitted set before its user changed. */
const keeps = ({ ledger }: Refusal) => {
	const before = {
		ledger: ledger.slice(
			0,
			ledger.findIndex(({ call }) => call === "setresuid"),
		),
	};
	return called(before, "prctl", "PR_SET_KEEPCAPS") || called(before, "prctl", "PR_SET_SECUREBITS");
};
const isDrop = (refusal: Refusal) =>
	isRefused(refusal, "prctl", "EPERM") && argument(refusal, "option") === "PR_CAPBSET_DROP";

/**
 * Explains why a call failed. For a call other than the first, the last explanation fits every failure.
 * @param name the call's name
 * @param moment the moment at which its command is read
 */
export function failuresOf(name: string, moment = DURING): Explanation[] {
	const when = (test: (refusal: Refusal, context: Context) => boolean) => (context: Context) =>
		test(refusalOf(context, name), context);
	return [
		{
			when: when(
				(refusal) =>
					["setgroups", "setresgid", "setresuid"].some((call) => isRefused(refusal, call, "EPERM")) && hasSet(refusal),
			),
			diagnosis: "capabilities-before-user",
			why: (context) =>
				`becomeUser has called ${refusalOf(context, name).thrown?.syscall?.call}, and the kernel refused it with EPERM. A change of the user and of the groups needs CAP_SETUID and CAP_SETGID. Your call of capset has already taken one of them away. The sets that are asked for need not contain them.`,
			try: "Call becomeUser first, and capset afterwards. To have permitted capabilities then, call prctl(PR_SET_KEEPCAPS, 1) before becomeUser.",
			see: ["capabilities(7), Effect of user ID changes on capabilities", "PR_SET_KEEPCAPS(2const)"],
		},
		{
			when: when((refusal) => isDrop(refusal) && hasSet(refusal) && !hasChangedUser(refusal)),
			diagnosis: "bounding-after-capset",
			why: "PR_CAPBSET_DROP needs CAP_SETPCAP in the effective set. Your call of capset has already taken it away: the sets that are asked for need not contain it.",
			try: "Drop from the bounding set first.",
			see: ["PR_CAPBSET_DROP(2const)", "capabilities(7)"],
		},
		{
			when: when(isDrop),
			diagnosis: "bounding-after-user",
			why: "PR_CAPBSET_DROP needs CAP_SETPCAP in the effective set. The process's user ids have changed from 0 to another number, so the kernel has emptied the effective set. PR_SET_KEEPCAPS keeps only the permitted set.",
			try: "Drop from the bounding set first, and call becomeUser afterwards.",
			see: ["PR_CAPBSET_DROP(2const)", "capabilities(7), Effect of user ID changes on capabilities"],
		},
		{
			when: when(
				(refusal) => isRefused(refusal, "prctl", "EINVAL") && argument(refusal, "option") === "PR_CAPBSET_DROP",
			),
			diagnosis: "no-such-capability",
			why: (context) =>
				`The kernel refused PR_CAPBSET_DROP of ${argument(refusalOf(context, name), "arg2")} with EINVAL: it has no capability of this number.`,
			try: "Stop at the highest number that the kernel has. /proc/sys/kernel/cap_last_cap says it.",
			see: ["PR_CAPBSET_DROP(2const)", "proc_sys_kernel(5)"],
		},
		{
			when: when((refusal) => isRefused(refusal, "capset", "EPERM") && hasChangedUser(refusal) && !keeps(refusal)),
			diagnosis: "lost-with-the-user",
			why: "The kernel refused capset: no process can permit itself what is not permitted. The process has changed its user ids from 0 to another number, so the kernel has emptied its permitted and its effective set. PR_SET_KEEPCAPS was not set at that moment.",
			try: "Call prctl(PR_SET_KEEPCAPS, 1) before becomeUser: then the permitted set stays.",
			see: ["PR_SET_KEEPCAPS(2const)", "capabilities(7), Effect of user ID changes on capabilities"],
		},
		{
			when: when((refusal) => isRefused(refusal, "capset", "EPERM")),
			diagnosis: "capset-refused",
			why: (context) =>
				`The kernel refused capset with effective ${argument(refusalOf(context, name), "effective")}, permitted ${argument(refusalOf(context, name), "permitted")} and inheritable ${argument(refusalOf(context, name), "inheritable")}. Possible causes: something is to be effective, and not permitted; something is to be permitted, and was not before; something is to be inheritable that is neither permitted nor in the bounding set.`,
			try: "Set all three sets with one call, and put nothing into effective that is not in permitted.",
			see: ["capset(2), ERRORS", "capabilities(7), Programmatically adjusting capability sets"],
		},
		{
			when: when((refusal) => isRefused(refusal, "prctl", "EPERM") && argument(refusal, "option") === "PR_CAP_AMBIENT"),
			diagnosis: "ambient-refused",
			why: (context) =>
				`The kernel refused to make ${argument(refusalOf(context, name), "arg3")} ambient. A capability that is ambient must be permitted and inheritable at the same time.`,
			try: "First put it into permitted and inheritable, with capset. Then raise it in the ambient set.",
			see: ["PR_CAP_AMBIENT(2const)", "capabilities(7)"],
		},
		{
			when: ({ observation }) => name !== BOX && commandAt(observation, moment, name) === null,
			diagnosis: "another-container-failed",
			why: (context) => {
				const { thrown } = refusalOf(context, name);
				const end = thrown === null ? howItEnded(context.observation.calls[name]?.ending) : `threw: ${thrown.message}`;
				return `The first container's command ran. This one did not: the engine ${end}. The two differ in what they ask for: in privileges, and in the user.`;
			},
			try: "Look at the calls of this container below, and at what it asks for.",
			see: [],
		},
	];
}
