import {
	type Context,
	defineCheck,
	type Explanation,
	type Facts,
	refused,
	unsharedInChild,
} from "../../harness/grade/index.ts";
import {
	commandForked,
	commandReaped,
	deriveFacts,
	ENDED_BEFORE,
	endedWith,
	ignored,
	takesNoChild,
	takesUnblocked,
	unsharedBetween,
	waitsForAnyChild,
} from "./facts.ts";
import { AFTERWARDS, HUNG_UP, ORPHANS, POLITE, scenario } from "./scenario.ts";

const PID_1_SIGNALS = "pid_namespaces(7), The namespace init process";

const hostPids = ({ facts }: { facts: Facts }) => facts["ns.pid"] === "the host's";
const commandRan = ({ facts }: { facts: Facts }) => facts["command.ran"] === true;
const commandIsPid1 = ({ facts }: { facts: Facts }) => facts["init"] === "the command itself";

/** Whether two processes became commands: then nothing of what follows is to be trusted. */
const ranTwice = ({ ledger }: Pick<Context, "ledger">) => ledger.filter(({ call }) => call === "execve").length > 1;

/** Whether the first container was over before its time; the ending says why, and it is the same with the others. */
const cutShort = (context: Context) => context.ending.how !== "returned" || !commandRan(context) || ranTwice(context);

const runsTwice: Explanation = {
	when: ranTwice,
	diagnosis: "command-runs-twice",
	why: "The ledger has two execve: two processes came back from enterPidNamespace, and each went on to become the command. fork gives two processes that go on from the same line; only the last one of them may return.",
	try: "In the parent, after each fork: wait for the child, and leave with _exit.",
	see: ["fork(2)", "_exit(2)"],
};

const onlyChildrenMoved: Explanation = {
	when: (context) => hostPids(context) && context.facts["ns.pid_for_children"] === "new",
	diagnosis: "only-children-moved",
	misconception: 1,
	why: "/proc/PID/ns/pid of the command is the host's, and only its ns/pid_for_children is new: unshare(CLONE_NEWPID) never moves its caller, as a process keeps its pid for life. The first child that the command forked was pid 1 of the new namespace. When that child ended, the namespace was over, and the next fork failed with ENOMEM.",
	try: "After unshare(CLONE_NEWPID), fork: the child is in the new namespace, as its pid 1.",
	see: ["unshare(2), CLONE_NEWPID", "pid_namespaces(7)"],
};

const commandWithoutInit: Explanation = {
	diagnosis: "command-is-pid-1",
	misconception: 9,
	why: ({ process }) =>
		`The command itself is pid 1 of its namespace. The kernel throws away every signal to a pid 1 that has no handler for it; SigCgt of its /proc/PID/status is ${process?.signals.caught}, and SIGTERM, bit 0x4000, is not in it. And it is now the parent of all orphans, which it never asked for.`,
	try: "Fork once more: the parent stays as pid 1, and looks after the child, which becomes the command.",
	see: [PID_1_SIGNALS],
};

const commandIsFirst: Explanation[] = [
	{
		when: unsharedBetween,
		diagnosis: "unshared-between-the-forks",
		misconception: 1,
		why: "There are two forks, and unshare(CLONE_NEWPID) stands between them: of the new namespace, the child of the second fork is the first process. So that is pid 1, and it is the command. The process above it is pid 1 of nothing.",
		try: "Call unshare(CLONE_NEWPID) before the first fork.",
		see: ["unshare(2), CLONE_NEWPID", PID_1_SIGNALS],
	},
	{
		when: commandForked,
		diagnosis: "wrong-one-returns",
		misconception: 9,
		why: "Two processes come out of the second fork, and the wrong one went on to become the command: the parent, which is pid 1. The child, which was to be the command, is left to look after something.",
		try: "fork gives 0 in the child, and the child's pid in the parent. The child returns; the parent is the one to look after it.",
		see: ["fork(2), RETURN VALUE", PID_1_SIGNALS],
	},
	commandWithoutInit,
];

const notBlocked: Explanation = {
	when: takesUnblocked,
	diagnosis: "signals-not-blocked",
	misconception: 9,
	why: "sigwaitinfo was called by a process that does not block these signals: in the ledger, no sigprocmask comes before it in that process, nor in its parent before the fork. sigwaitinfo takes what is pending. A signal that is not blocked never stays pending: it goes to its handler, and one without a handler, like SIGCHLD, is thrown away.",
	try: "Call sigprocmask(SIG_BLOCK, …) with the same set before the first fork: children inherit the mask.",
	see: ["sigwaitinfo(2), NOTES", "signal(7), Signal mask and pending signals"],
};

const notPassedOn: Explanation = {
	diagnosis: "signals-not-passed-on",
	misconception: 9,
	why: "SIGTERM was sent to the namespace's pid 1, the command never got it, and the container ran on until it was killed (128 + 9 = 137). The kernel passes nothing on: a signal goes to the process that it was sent to, and to a pid 1 without a handler for it not even that. A handler of Node's (process.on) is run by its event loop, and a forked process has none.",
	try: "In pid 1: block the signals with sigprocmask before the fork, take them with sigwaitinfo, and send each on to the command with kill.",
	see: [PID_1_SIGNALS, "sigwaitinfo(2)"],
};

const noChildLeft: Explanation = {
	diagnosis: "no-child-left",
	why: 'waitpid was asked for a child by a process that has none: ECHILD. With WNOHANG, pid 0 means "none has ended yet"; when the last one has been reaped, it is an error.',
	try: "Stop as soon as the child that you look after has been reaped. A process can only wait for its own children.",
	see: ["waitpid(2), ERRORS"],
};

const signalDeathLost: Explanation = {
	diagnosis: "signal-death-lost",
	misconception: 9,
	why: "SIGTERM (15) ended the command, so box should return 128 + 15 = 143. Between the command and box are two processes, and each gets a wait status of 16 bits, with the signal in its low 7 bits: it has to be read with WIFSIGNALED and WTERMSIG, and passed on as an exit code.",
	try: "End init, and the process above it, with _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)).",
	see: ["waitpid(2)", "_exit(2)"],
};

const exitCodeLost: Explanation = {
	diagnosis: "exit-code-lost",
	why: "The command ended by itself, with an exit code of its own, and box returned another one. Between the two are init and the process that waits for init; one of them did not pass it on.",
	try: "End both with _exit(WEXITSTATUS(status)) when the child has ended by itself. The wait status itself is no exit code: the code is in its second byte.",
	see: ["waitpid(2)", "_exit(2)"],
};

export default defineCheck({
	module: "pid1.ts",
	exported: "enterPidNamespace",
	weight: 15,
	learnt:
		"A PID namespace numbers its processes from 1, and its pid 1 is special: the kernel protects it from signals, gives it every orphan, and ends all others with it. So a container needs an init, and /proc has to be mounted by a process inside.",
	draw: (random) => ({
		hostname: random.hostname(),
		rootfs: `/lab/${random.name("rootfs")}`,
		polite: random.name("polite"),
		hungUp: random.name("hung-up"),
	}),
	scenario,
	derive: deriveFacts,
	facts: [
		{
			fact: "ns.pid",
			what: "the command's PID namespace",
			explain: [
				onlyChildrenMoved,
				unsharedInChild("CLONE_NEWPID"),
				{
					diagnosis: "pid-shared",
					why: "/proc/PID/ns/pid is the same link for the command and for the host's init: the command can name every process of the host by its number, and as root it can kill it.",
					try: "Call unshare(CLONE_NEWPID) before the fork: it is for the children that come after it.",
					see: ["pid_namespaces(7)", "unshare(2), CLONE_NEWPID"],
				},
			],
		},
		{
			fact: "init",
			what: "what pid 1 of the command's PID namespace is",
			explain: commandIsFirst,
		},
		{
			fact: "command.proc",
			what: "the processes that the command's /proc shows",
			explain: [
				{
					when: ({ facts }) => facts["command.proc"] === "none: nothing is mounted there",
					diagnosis: "proc-not-mounted",
					misconception: 7,
					why: "There is not one number in the command's /proc: it is the empty directory of the rootfs. ps, top and /proc/self do not work. pivot_root has left the host's /proc behind, and nobody has mounted another.",
					try: 'Call mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null) in pid 1, before it forks the command.',
					see: ["proc(5)", "pid_namespaces(7), /proc and PID namespaces"],
				},
				{
					diagnosis: "proc-stale",
					misconception: 7,
					why: "The command's /proc lists processes that are not in the container. A proc file system shows the PID namespace of the process that mounted it, and keeps to that for good. This one was mounted by a process that was not in the new namespace; unshare(CLONE_NEWPID) does not take its caller there.",
					try: "Mount it after the fork, in the child: in pid 1.",
					see: ["pid_namespaces(7), /proc and PID namespaces"],
				},
			],
		},
		{
			fact: "orphans.zombies",
			what: `zombies in the container, after ${ORPHANS} orphans have ended`,
			// Without a PID namespace of its own, the host's init gets the orphans; another finding says so.
			accept: (got, context) => got === ENDED_BEFORE || hostPids(context),
			explain: [
				{
					when: ({ facts }) => Number(facts["orphans.zombies"]) < ORPHANS,
					diagnosis: "one-signal-one-child",
					misconception: 8,
					why: "The orphans ended at one moment, and some were reaped, but not all. A signal that is already pending is not queued a second time: 50 children that end while you look away are one SIGCHLD.",
					try: "At each SIGCHLD, call waitpid(-1, WNOHANG) until it gives pid 0.",
					see: ["signal(7), Queueing and delivery semantics for standard signals", "waitpid(2)"],
				},
				notBlocked,
				{
					diagnosis: "orphans-not-reaped",
					misconception: 8,
					why: "When a process ends, its children become pid 1's. These orphans have ended, and pid 1 has not asked for their status: each stays in the process table, in state Z, and takes up a pid. Waiting for the command only is not enough.",
					try: "In pid 1, at each SIGCHLD: waitpid(-1, WNOHANG), which takes any child, until it gives pid 0.",
					see: [PID_1_SIGNALS, "waitpid(2), NOTES"],
				},
			],
		},
		{
			fact: "polite",
			what: "how a command ends that handles SIGTERM itself",
			accept: (_, context) => cutShort(context),
			explain: [
				notBlocked,
				{ ...notPassedOn, when: ({ observation }) => ignored(observation, POLITE) },
				{ ...noChildLeft, when: ({ observation }) => endedWith(observation, POLITE, "ECHILD") },
				{
					when: ({ facts }) => /14[37]|137/.test(String(facts["polite"])),
					diagnosis: "init-does-not-wait",
					misconception: 9,
					why: "This command has a handler for SIGTERM, takes a moment to tidy up, and then ends with an exit code of its own. It did not come to that: pid 1 ended first, and with it the kernel kills all others in the namespace.",
					try: "After kill, go on waiting: pid 1 ends when the command has ended, and not before.",
					see: [PID_1_SIGNALS],
				},
				exitCodeLost,
			],
		},
		{
			fact: "signals.lost",
			what: "signals that were sent to pid 1, and that the command never got",
			// Where not even SIGTERM comes through, that has been said.
			accept: (_, context) => cutShort(context) || ignored(context.observation, POLITE),
			explain: [
				notBlocked,
				{
					diagnosis: "signal-not-in-set",
					misconception: 9,
					why: "SIGTERM is passed on, and these are not. Programs are told things with other signals too: many read their settings again at SIGHUP. A signal that pid 1 has not blocked, and has no handler for, is thrown away by the kernel.",
					try: "Put all that a user may send into the set: SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT.",
					see: [PID_1_SIGNALS, "signal(7), Standard signals"],
				},
			],
		},
		{
			fact: "signals.strayed",
			what: "signals that came to somebody whom they were not for",
			accept: (_, context) => cutShort(context) || commandIsPid1(context) || hostPids(context),
			explain: [
				{
					when: ({ facts }) => String(facts["signals.strayed"]).includes("SIGCHLD"),
					diagnosis: "sigchld-passed-on",
					misconception: 9,
					why: "An orphan ended, and the kernel told pid 1 by a SIGCHLD. The command got one as well, although no child of its own had ended. Programs that count their children are misled by that.",
					try: "Send on what sigwaitinfo gives only if it is not SIGCHLD.",
					see: ["sigwaitinfo(2)", "signal(7), Standard signals"],
				},
				{
					diagnosis: "signals-to-everybody",
					misconception: 9,
					why: "What was sent to pid 1 came to the command, and to a process that the command had started, too: a sleep that knows nothing of signals, and was ended by the first. Sent to -1, a signal goes to every process in the namespace but pid 1; sent to a negative number, to a process group.",
					try: "kill(child, signo): to the child that you look after, and to nobody else. What its children are to know is the child's business.",
					see: ["kill(2)"],
				},
			],
		},
		{
			fact: "hung-up",
			what: "how a command ends that handles SIGHUP itself",
			// A SIGHUP that is not passed on at all is one of the signals that are lost.
			accept: (_, context) => cutShort(context) || [context.facts["signals.lost"] ?? []].flat().includes("SIGHUP"),
			explain: [
				notBlocked,
				{ ...noChildLeft, when: ({ observation }) => endedWith(observation, HUNG_UP, "ECHILD") },
				{ ...notPassedOn, when: ({ observation }) => ignored(observation, HUNG_UP) },
				exitCodeLost,
			],
		},
		{
			fact: "left.processes",
			what: "processes left behind",
			accept: (_, context) => hostPids(context),
			explain: [
				{
					diagnosis: "init-left-behind",
					why: "The container's command has ended and box has returned, but pid 1 of its namespace runs on, and with it everything that the command has left. When pid 1 ends, the kernel kills all others with SIGKILL: nothing else tidies up as well.",
					try: "See to it that pid 1 ends when the command has, and that the process outside waits for pid 1.",
					see: [PID_1_SIGNALS],
				},
			],
		},
	],
	exceptions: [
		{
			when: refused("fork", "ENOMEM"),
			diagnosis: "namespace-is-over",
			misconception: 1,
			why: "There is memory enough. ENOMEM also says: the PID namespace for this process's children has lost its pid 1. The first child after unshare(CLONE_NEWPID) was pid 1; it has ended, the namespace ended with it, and nobody can be born there any more.",
			try: "Keep the first child: it is the init. Fork the command from it.",
			see: ["fork(2), ERRORS", PID_1_SIGNALS],
		},
		{
			when: refused("waitpid", "EINTR"),
			diagnosis: "wait-interrupted",
			misconception: 9,
			why: "SIGTERM was sent to pid 1 while it was in waitpid, and the call came back unfinished: EINTR. It did not end pid 1 either. Pid 1 is still Node, which has a handler of its own for SIGTERM; a pid 1 without one would not even have noticed. And the command never heard of it.",
			try: "Block the signals with sigprocmask before the fork, take them with sigwaitinfo, and send each on to the command with kill. Call waitpid with WNOHANG, when there is a SIGCHLD.",
			see: ["signal(7), Interruption of system calls and library functions by signal handlers", PID_1_SIGNALS],
		},
		{ ...noChildLeft, when: refused("waitpid", "ECHILD") },
		runsTwice,
		onlyChildrenMoved,
		{
			when: (context) => context.thrown !== null && commandRan(context),
			diagnosis: "exception-beside-the-command",
			why: "The command ran, but an exception ended a process that was to look after it: what it says is above. When pid 1 ends, the kernel kills all others in its namespace, the command too.",
			try: "Start at the line of yours that the stack trace names.",
			see: [PID_1_SIGNALS],
		},
		{
			// A command that never ran, or a process that threw, was not ended by an orphan.
			when: (context) =>
				context.thrown === null &&
				commandRan(context) &&
				context.observation.moments[AFTERWARDS]?.commands["box"] === null,
			diagnosis: "init-ends-with-an-orphan",
			misconception: 8,
			why: "The container was over before SIGTERM was sent: the command still ran when the first orphan ended, and pid 1 took that for the end of the command. Orphans are pid 1's children too, so waitpid(-1) may give any of them. When pid 1 ended, the kernel killed the command.",
			try: "Compare the pid that waitpid gives with the command's. Reap the others, and go on.",
			see: [PID_1_SIGNALS, "waitpid(2)"],
		},
		...commandIsFirst.map((explanation) => ({
			...explanation,
			when: (context: Context) =>
				ignored(context.observation) && commandIsPid1(context) && (explanation.when?.(context) ?? true),
		})),
		{
			when: (context) => ignored(context.observation) && waitsForAnyChild(context),
			diagnosis: "waits-in-waitpid",
			misconception: 8,
			why: "SIGTERM was sent, and nobody took it: in the ledger, the process that takes the signals is in a waitpid that has not come back. Without WNOHANG it waits there for the next child's end, however long that takes.",
			try: "Call waitpid(-1, WNOHANG), again and again until it gives pid 0: none has ended any more.",
			see: ["waitpid(2)", "sigwaitinfo(2)"],
		},
		{ ...notBlocked, when: (context) => ignored(context.observation) && takesUnblocked(context) },
		{
			when: (context) => ignored(context.observation) && takesNoChild(context),
			diagnosis: "child-end-not-heard",
			misconception: 8,
			why: "SIGTERM was sent, and still the container did not end. In the ledger, the set that sigwaitinfo was given has no SIGCHLD. That is the signal that tells of a child's end: without it, nobody wakes up when the command has ended, and it stays a zombie.",
			try: "Put SIGCHLD into the set, for sigprocmask and for sigwaitinfo.",
			see: ["sigwaitinfo(2)", "waitpid(2), NOTES"],
		},
		{
			when: (context) => ignored(context.observation) && commandReaped(context),
			diagnosis: "waits-for-all",
			why: "SIGTERM came to the command, and ended it: in the ledger, waitpid has its pid. Still the container did not end. The command had left a sleep 1000 in the background; that is pid 1's child now, and pid 1 waited for it as well.",
			try: "End pid 1 as soon as the command has ended. The kernel ends what is left.",
			see: [PID_1_SIGNALS],
		},
		{ ...notPassedOn, when: ({ observation }) => ignored(observation) },
		{ ...signalDeathLost, when: (context) => !cutShort(context) },
	],
});
