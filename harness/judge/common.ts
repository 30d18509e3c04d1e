import { type Check, type Context, commandStarts, type Explanation, type FactRule } from "./check.ts";

/**
 * The rules that every lesson has: the engine stays on the host, the command runs once and gets its input, no process
 * is left behind, and the host keeps its files, names, message queues and mounts. If a lesson has its own rule for one
 * of these facts, that rule replaces the one here. A rule with an empty `followsFrom` finds a mistake of its own, even if
 * the run ended early.
 */

/** All rules of a lesson, in the order in which their findings are reported. */
export function rulesOf({ exported, facts }: Pick<Check, "exported" | "facts">): FactRule[] {
	const isMissing = ({ fact }: FactRule) => !facts.some((own) => own.fact === fact);
	// These rules come first: an engine that left the host, or a second command, causes many other differences.
	const first = [enginePlace(exported), commandOnce(), inputTaken()];
	return [...first.filter(isMissing), ...facts, ...[processesLeft(exported), ...HOST_RULES].filter(isMissing)];
}

/** The rule that no process is left behind. It suits lessons whose modules have no reason to leave one. */
export function processesLeft(exported: string): FactRule {
	return {
		fact: "left.processes",
		madeOf: "kernel",
		what: "processes left behind",
		explain: [
			{
				when: ({ facts }) => [facts["left.processes"] ?? []].flat().every((name) => String(name).endsWith("(Z)")),
				diagnosis: "zombie-left",
				why: "State Z is a zombie: the process has ended, but its parent has not waited for it. The kernel keeps the zombie's pid and status until the parent does. An engine that runs for a month would fill the process table.",
				try: "Call waitpid for every fork.",
				see: ["waitpid(2), NOTES", "proc_pid_stat(5)"],
			},
			{
				diagnosis: "processes-left",
				why: "These processes were not there before the run, and were still there at its end. A process that waits for the command, and then ends, is fine. No process has to keep a namespace alive: it exists as long as the command is in it.",
				try: `Leave no process behind: when the command has ended, end whatever else ${exported} has started, and wait for it. Or start nothing else.`,
				see: ["waitpid(2)", "namespaces(7), Namespace lifetime"],
			},
		],
	};
}

/** The last of these calls that succeeded in the engine's own process, which is task "1" in the ledger. */
const engineCalled = ({ ledger }: Context, ...calls: string[]) =>
	ledger.findLast(({ task, call, error }) => task === "1" && calls.includes(call) && error === undefined);

/**
 * The rule that the engine's own process stays in the host's namespaces and root.
 * @param known explanations to try first
 */
export function enginePlace(exported: string, ...known: Explanation[]): FactRule {
	return {
		fact: "engine.place",
		madeOf: "kernel",
		what: "where the engine itself was while the command ran, if not on the host",
		followsFrom: [],
		explain: [
			...known,
			{
				diagnosis: "engine-left-host",
				why: (context) => {
					const { facts } = context;
					const places = [facts["engine.place"] ?? []].flat().join(", ");
					const call = engineCalled(context, "unshare", "setns", "chroot", "pivot_root");
					return `While a command ran, its engine was in ${places}: /proc/PID/ns or /proc/PID/root of the engine's process is not the host's.${call === undefined ? "" : ` The last call by which the engine's own process moved: ${call.call}(${Object.values(call.args).join(", ")}).`} The engine has to stay on the host: it makes and removes things there, and every later container starts where the engine is.`;
				},
				try: `Make such calls in the process that becomes the command, or go back with setns before your function returns. Code outside of ${exported}, at the top of the module, runs in the engine's own process, when the engine loads the module.`,
				see: ["namespaces(7)", "unshare(2)"],
			},
		],
	};
}

const ONE_STARTS_IT =
	"Let only one process start the command. A process that was forked for something else has to end by _exit; before that, it may wait for the command.";

function commandOnce(): FactRule {
	return {
		fact: "command.copies",
		madeOf: "kernel",
		what: "how many processes run the command",
		followsFrom: [],
		explain: [
			{
				when: ({ ledger }) => commandStarts(ledger).length > 1,
				diagnosis: "command-runs-twice",
				why: "More than one process became the command, and the list of your system calls has more than one execve that started it. After a fork, two processes continue, and both can come to the execve that starts the command.",
				try: ONE_STARTS_IT,
				see: ["fork(2)", "_exit(2)"],
			},
			{
				diagnosis: "command-runs-twice",
				why: "More than one process runs a program with the command's arguments. Possible causes: after a fork, both processes start the command; another program is started with the same arguments.",
				try: "Start the command once.",
				see: ["fork(2)", "execve(2)"],
			},
		],
	};
}

/**
 * The rule that only the command reads what the check writes to the command's standard input.
 * @param known explanations to try first
 */
export function inputTaken(...known: Explanation[]): FactRule {
	return {
		fact: "input.taken",
		madeOf: "kernel",
		what: "containers whose command's input was read by another process",
		// If lesson 01 finds that the command's stdin is not the engine's, then another process reads the line.
		isConsequence: ({ facts }) => String(facts["command.streams"]).includes("stdin: another"),
		followsFrom: [],
		explain: [
			...known,
			{
				when: ({ observation }) =>
					Object.values(observation.calls).some(
						({ inputTaken, ledger }) => inputTaken && commandStarts(ledger).length > 1,
					),
				diagnosis: "command-runs-twice",
				why: "The check wrote a line to the command's standard input, and a process that is not the command read it. In the list of your system calls, execve has started the command twice. After a fork, two processes continue, and both can come to the execve that starts the command. Then both read from the same pipe.",
				try: ONE_STARTS_IT,
				see: ["fork(2)", "_exit(2)"],
			},
			{
				diagnosis: "input-taken",
				why: "The check wrote a line to the command's standard input, and a process that is not the command read it. What one process reads from a pipe is gone for all others. A process that answers in the command's place is not the command either.",
				try: "Leave descriptor 0 to the command: neither your code nor another program that it starts may read from it.",
				see: ["pipe(7)", "execve(2), Effect on process attributes"],
			},
		],
	};
}

const HOST_RULES: FactRule[] = [
	{
		fact: "host.files.after",
		madeOf: "files",
		what: "the host's files in /etc and /root",
		followsFrom: [],
		explain: [
			{
				diagnosis: "host-files-changed",
				why: ({ facts }) =>
					`The host's own files have changed during the run: ${[facts["host.files.after"] ?? []].flat().join(", ")}. A path starts at the root of the process that opens it. Until a process has a root of its own, /etc is the host's.`,
				try: "Leave the host's files alone. Write files for the container below the container's own root directory.",
				see: ["path_resolution(7)", "mount_namespaces(7)"],
			},
		],
	},
	{
		fact: "host.hostname.after",
		madeOf: "kernel",
		what: "the host's hostname after the command has ended",
		followsFrom: [],
		explain: [
			{
				diagnosis: "host-renamed",
				why: "The host's name has changed during the run. sethostname sets the name of the UTS namespace that its caller is in.",
				try: "Set a hostname only in a process that has a UTS namespace of its own.",
				see: ["uts_namespaces(7)", "sethostname(2)"],
			},
		],
	},
	{
		fact: "host.domainname.after",
		madeOf: "kernel",
		what: "the host's domain name after the command has ended",
		followsFrom: [],
		explain: [
			{
				diagnosis: "host-domain-renamed",
				why: "The host's /proc/sys/kernel/domainname has changed during the run. The domain name belongs to the UTS namespace, like the hostname: a process without a UTS namespace of its own changes the host's.",
				try: "Leave the domain name alone, or set it only in a process that has a UTS namespace of its own.",
				see: ["uts_namespaces(7)", "setdomainname(2)"],
			},
		],
	},
	{
		fact: "host.queues.after",
		madeOf: "kernel",
		what: "the host's System V message queues after the command has ended",
		followsFrom: [],
		explain: [
			{
				diagnosis: "host-queues-changed",
				why: "The queues in the host's /proc/sysvipc/msg have changed during the run.",
				try: "Make and remove message queues only in an IPC namespace of your own.",
				see: ["ipc_namespaces(7)", "sysvipc(7)"],
			},
		],
	},
	{
		fact: "host.unmounted.after",
		madeOf: "kernel",
		what: "mounts that the host has lost",
		followsFrom: [],
		explain: [
			{
				diagnosis: "host-unmounted",
				why: "These mounts were in the mount table of the host's init before the run, and are not in it now.",
				try: "Unmount only what you have mounted, or unmount in a mount namespace of your own whose mounts are private.",
				see: ["umount2(2)", "mount_namespaces(7)"],
			},
		],
	},
];
