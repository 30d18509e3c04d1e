import { type Context, called, commandRefused, type Explanation, refused } from "../../harness/judge/index.ts";

/** Explanations of exceptions and other early ends, the most specific first. */

const hasInstalled = (context: Context) => called(context, "seccomp");
const hasLimited = (context: Context) => called(context, "prctl", "PR_SET_NO_NEW_PRIVS");
const says = ({ thrown }: Context, pattern: RegExp) => pattern.test(`${thrown?.name}: ${thrown?.message}`);
/** How many instructions the refused filter had. */
const lengthOf = ({ thrown }: Context) => Number(/(\d+) instructions/.exec(thrown?.syscall?.args["args"] ?? "")?.[1]);
const lastInstruction = ({ thrown }: Context) => (thrown?.syscall?.args["args"] ?? "").split("; ").at(-1) ?? "";

export const refusals: Explanation[] = [
	{
		when: (context) => refused("seccomp", "EACCES")(context) && !hasLimited(context),
		diagnosis: "no-new-privileges-first",
		why: "The command's user has no capability, and no_new_privs is not set. Then the kernel lets nobody install a filter: execve could still start a setuid program, which would run as root with that filter.",
		try: "Call prctl(PR_SET_NO_NEW_PRIVS, 1) before seccomp.",
		see: ["seccomp(2), ERRORS", "PR_SET_NO_NEW_PRIVS(2const)"],
	},
	{
		when: (context) => refused("seccomp", "EINVAL")(context) && lengthOf(context) > 4096,
		diagnosis: "program-too-long",
		why: (context) =>
			`The program has ${lengthOf(context)} instructions. The kernel takes at most 4096: every system call runs the filter.`,
		try: "Use few instructions for each rule: three for one without conditions are enough.",
		see: ["seccomp(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("seccomp", "EINVAL")(context) &&
			!lastInstruction(context).endsWith("…") &&
			!lastInstruction(context).includes("ret"),
		diagnosis: "program-without-end",
		why: (context) =>
			`The last instruction of the program is ${lastInstruction(context).trim()}. Behind it, there is nothing. Whatever way a program takes, it has to end with a ret.`,
		try: "Return profile.otherwise after the last rule.",
		see: ["seccomp(2), ERRORS"],
	},
	{
		when: refused("seccomp", "EINVAL"),
		diagnosis: "program-invalid",
		why: "The kernel looks at a program before it takes it: each code must be one that it knows, and each jump must lead to an instruction of the program. Jumps lead forward only, so every program ends.",
		try: "Count what each jump skips: 0 is the next instruction. The code of each instruction is that of an example: BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K, BPF_RET | BPF_K, BPF_ALU | BPF_AND | BPF_K.",
		see: ["seccomp(2), ERRORS"],
	},
	{
		when: (context) => says(context, /RangeError.*(<= 255|255)/),
		diagnosis: "jump-too-long",
		why: ({ thrown }) =>
			`${thrown?.message}. A conditional jump skips at most 255 instructions: its two offsets have 8 bits each. The profile has more than 300 calls.`,
		try: "Let a rule that does not fit skip only its own instructions. Or jump with BPF_JMP | BPF_JA, whose offset k has 32 bits.",
		see: ["seccomp(2)"],
	},
	{
		when: (context) =>
			hasInstalled(context) && context.thrown?.syscall !== undefined && context.thrown.syscall.call !== "execve",
		diagnosis: "filter-too-early",
		why: ({ thrown }) =>
			`The filter was installed already, and then your program made another call: ${thrown?.syscall?.call}. The filter refused it, with ${thrown?.syscall?.code}. A filter holds for the process that installs it, at once and for ever.`,
		try: "Make seccomp the last call of installFilter.",
		see: ["seccomp(2)"],
	},
	{
		when: (context) => hasInstalled(context) && commandRefused()(context),
		diagnosis: "execve-refused",
		why: ({ ledger }) => {
			const execve = ledger.find(({ call, error }) => call === "execve" && error !== undefined);
			return `The filter is installed, and the engine's next call, the execve that starts the command, failed with ${execve?.error}. Every profile of this check allows execve.`;
		},
		try: "Look at what your filter says to the number of execve, 59: the profile has a rule for it.",
		see: ["seccomp(2)", "execve(2)"],
	},
	{
		when: (context) => hasInstalled(context) && context.facts["command.ran"] === false,
		diagnosis: "engine-stopped",
		why: ({ ending }) =>
			`The filter is installed, and the command never ran${ending.how === "returned" ? `: the engine returned ${JSON.stringify(ending.value)}. 128 + 31 is 159: signal 31 is SIGSYS, with which a filter ends a process` : ""}. Between your filter and the command, the engine makes a few calls, such as write and execve. Every profile of this check allows them.`,
		try: "Look at what your filter says to the numbers of write, 1, and of execve, 59.",
		see: ["seccomp(2)", "signal(7)"],
	},
];
