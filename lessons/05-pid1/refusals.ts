import { type Context, commandAt, type Explanation, type Facts, refused } from "../../harness/judge/index.ts";
import { stillRunning, TOO_FEW_PROCESSES } from "./facts.ts";
import {
	commandForked,
	commandParentExited,
	commandRanTwice,
	commandReaped,
	exitedAfterAnotherChild,
	initBecameCommand,
	isBlockedInWaitpid,
	neverTakesSigchld,
	sendsSigkill,
	sentSignals,
	setsWaitedFor,
	takenSignals,
	takesUnblockedSignals,
	unsharedBetweenForks,
	waitsForOwnGroup,
} from "./ledgers.ts";
import { AFTERWARDS } from "./scenario.ts";

/** Explanations of containers that end wrongly or never, and of calls that the kernel refuses while they run. */

export const PID_1_MANUAL = "pid_namespaces(7), The namespace init process";

export const sharesHostPids = ({ facts }: { facts: Facts }): boolean => facts["ns.pid"] === "the host's";
export const commandRan = ({ facts }: { facts: Facts }) => facts["command.ran"] === true;
export const commandIsPid1 = ({ facts }: { facts: Facts }) => facts["init"] === "the command itself";

/**
 * Whether the first container did not return, did not run its command, ran it twice, or ended before SIGTERM was sent.
 * The finding about its ending gives the reason, which holds for the other containers as well.
 */
export const endedTooEarly = (context: Context) =>
	context.ending.how !== "returned" || !commandRan(context) || commandRanTwice(context) || endedBeforeSigterm(context);

export const initReturned: Explanation = {
	when: initBecameCommand,
	diagnosis: "init-returned",
	misconception: 9,
	why: "Init returned from enterPidNamespace. In the list of your system calls, the process that init forked has called execve, and so has init itself. After the return, init went on with the engine's code, and became the command, too. So nobody looks after the command and its orphans, and no signal is passed on.",
	try: "Only the child of the last fork may return. End init by _exit, on every path through your code, and only after the command has ended.",
	see: [PID_1_MANUAL, "_exit(2)"],
};

const runsTwice: Explanation = {
	when: commandRanTwice,
	diagnosis: "command-runs-twice",
	why: "The list of your system calls has more than one call of execve: more than one process returned from enterPidNamespace, and became the command. After each fork, parent and child continue at the same line. Only the child of the last fork may return.",
	try: "In the parent, after each fork: wait for the child, then call _exit.",
	see: ["fork(2)", "_exit(2)"],
};

export const onlyChildrenMoved: Explanation = {
	when: (context) => sharesHostPids(context) && context.facts["ns.pid_for_children"] === "new",
	diagnosis: "only-children-moved",
	misconception: 1,
	why: "/proc/PID/ns/pid of the command is the host's; only its ns/pid_for_children is new. unshare(CLONE_NEWPID) never moves its caller, because a process keeps its pid for life. The first child that this process forks afterwards is pid 1 of the new namespace. Once that child has ended, no process can be created in the namespace, and the next fork fails with ENOMEM.",
	try: "After unshare(CLONE_NEWPID), fork, and return only in the child: the child is pid 1 of the new namespace.",
	see: ["unshare(2), CLONE_NEWPID", "pid_namespaces(7)"],
};

const commandWithoutInit: Explanation = {
	diagnosis: "command-is-pid-1",
	misconception: 9,
	why: ({ process }) =>
		`The command itself is pid 1 of its namespace. The kernel discards every signal that pid 1 neither handles nor blocks, except SIGKILL and SIGSTOP from outside the namespace. SigCgt in its /proc/PID/status is ${process?.signals.caught}: SIGTERM, bit 0x4000, is not in it. The command is now also the parent of all orphans, and does not know that it has to reap them.`,
	try: "Fork once more: the parent stays pid 1 and looks after the child; the child becomes the command.",
	see: [PID_1_MANUAL],
};

export const whyCommandIsPid1: Explanation[] = [
	{
		when: unsharedBetweenForks,
		diagnosis: "unshared-between-the-forks",
		misconception: 1,
		why: "unshare(CLONE_NEWPID) is called between the two forks. So the first process in the new namespace is the child of the second fork: the command is pid 1. Its parent is outside the namespace, and cannot be its init.",
		try: "Call unshare(CLONE_NEWPID) before the first fork.",
		see: ["unshare(2), CLONE_NEWPID", PID_1_MANUAL],
	},
	{
		when: commandForked,
		diagnosis: "wrong-one-returns",
		misconception: 9,
		why: "After the second fork, the wrong one of the two processes became the command: the parent, which is pid 1. The child should become the command.",
		try: "fork returns 0 in the child, and the child's pid in the parent. Return in the child, and call lookAfter in the parent.",
		see: ["fork(2), RETURN VALUE", PID_1_MANUAL],
	},
	commandWithoutInit,
];

export const notBlocked: Explanation = {
	when: takesUnblockedSignals,
	diagnosis: "signals-not-blocked",
	misconception: 9,
	why: "A process called sigwaitinfo without blocking signals first: in the list of your system calls, no sigprocmask comes before it, neither in this process nor in its parent before the fork. sigwaitinfo takes pending signals. A signal that is not blocked does not stay pending: its handler runs; without a handler, the kernel discards SIGCHLD.",
	try: "Call sigprocmask(SIG_BLOCK, …) with the same set before the first fork: children inherit the mask.",
	see: ["sigwaitinfo(2), NOTES", "sigprocmask(2)", "signal(7), Signal mask and pending signals"],
};

export const childEndNotHeard: Explanation = {
	when: neverTakesSigchld,
	diagnosis: "child-end-not-heard",
	misconception: 8,
	why: "In the list of your system calls, the set passed to sigwaitinfo does not contain SIGCHLD. The kernel sends SIGCHLD when a child ends. So sigwaitinfo does not return when an orphan or the command ends, and the ended process stays a zombie.",
	try: "Put SIGCHLD into the set, for sigprocmask and for sigwaitinfo.",
	see: ["sigwaitinfo(2)", "waitpid(2), NOTES"],
};

export const notPassedOn: Explanation = {
	diagnosis: "signals-not-passed-on",
	misconception: 9,
	why: "SIGTERM was sent to pid 1. The command, which SIGTERM would have ended, still ran when the check stopped waiting. The kernel does not pass signals on: a signal goes only to the process that it was sent to, and a pid 1 without a handler does not get it at all. In the list of your system calls, no process has called sigwaitinfo. A handler of Node's (process.on) does not run either, because it needs an event loop, and a forked process has none.",
	try: "In pid 1: block the signals with sigprocmask before the fork, take them with sigwaitinfo, and send each one to the command with kill.",
	see: [PID_1_MANUAL, "sigwaitinfo(2)"],
};

export const noChildLeft: Explanation = {
	diagnosis: "no-child-left",
	why: "waitpid failed with ECHILD: the process that called it has no such child. With -1, which means any child, waitpid returns pid 0 (with WNOHANG) while there are children and none has ended. When the last child has been reaped, waitpid fails.",
	try: "Do not call waitpid again after you have reaped the child that you look after. A process can only wait for its own children.",
	see: ["waitpid(2), ERRORS"],
};

export const initDoesNotWait: Explanation = {
	diagnosis: "init-does-not-wait",
	misconception: 9,
	why: "A signal was sent to pid 1, and pid 1 ended while the command still ran. The command has handlers for all the signals that were sent. But when pid 1 ends, the kernel kills all other processes in the namespace, so the command could not clean up.",
	try: "After kill, keep waiting: pid 1 must not end before the command has ended.",
	see: [PID_1_MANUAL],
};

export const sigkillSent: Explanation = {
	diagnosis: "sigkill-sent",
	misconception: 9,
	why: "In the list of your system calls, the process that takes the signals has sent SIGKILL to the command. To pid 1, the check had sent only signals that a program can handle. SIGKILL cannot be handled, so the command had no chance to clean up.",
	try: "Pass on the signal that you took: kill(child, signo). The command decides when to end.",
	see: ["signal(7), Standard signals", "kill(2)"],
};

export const endNotNoticed: Explanation = {
	diagnosis: "end-not-noticed",
	misconception: 8,
	why: "The command has ended, but the container has not: pid 1, or the process above it, still ran after the child that it looks after had ended. Possible causes: it waits for something else; it compares the returned pid with a wrong one; or it missed the child's SIGCHLD.",
	try: "At each SIGCHLD, call waitpid(-1, WNOHANG) until it returns pid 0, and end if one of the returned pids is the child's.",
	see: ["waitpid(2)", PID_1_MANUAL],
};

export const orphansMissing: Explanation = {
	when: ({ facts }) => String(facts["orphans.zombies"]).startsWith(TOO_FEW_PROCESSES),
	diagnosis: "orphans-missing",
	why: "The command started all its orphans, but its PID namespace had fewer processes than that. So the check cannot tell whether they are reaped. Possible causes: something ends them; or something prevents their creation, such as a limit on the number of processes.",
	try: "While the command runs, do nothing to the processes that it has started.",
	see: ["pid_namespaces(7)"],
};

export const ownGroupOnly: Explanation = {
	when: waitsForOwnGroup,
	diagnosis: "own-group-only",
	why: "In the list of your system calls, the process that takes the signals has called waitpid with pid 0. Then waitpid waits only for children in the caller's own process group. A daemon creates its own session, and with it its own process group. So waitpid(0, …) never returns a daemon that has become pid 1's child.",
	try: "Call waitpid(-1, WNOHANG): -1 means any child.",
	see: ["waitpid(2)", "setsid(2)"],
};

const signalDeathLost: Explanation = {
	diagnosis: "signal-death-lost",
	misconception: 9,
	why: "In two containers a signal ended the command; here it was SIGTERM (15). Both times, box did not return 128 + that signal. Between the command and box are two processes. Each gets a wait status of 16 bits. If a signal ended the child, the signal is in the low 7 bits: read it with WIFSIGNALED and WTERMSIG, and pass it on as an exit code.",
	try: "End init, and the process above it, with _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)).",
	see: ["waitpid(2)", "_exit(2)"],
};

export const overTooEarly: Explanation = {
	when: endedBeforeSigterm,
	diagnosis: "over-too-early",
	why: "The container ended before SIGTERM was sent, and before the check had written all lines that the command reads. Possible causes: pid 1 took the SIGCHLD of an orphan for the end of the command; or something else ended pid 1 or the command.",
	try: "End pid 1 only after waitpid has returned the command's pid.",
	see: [PID_1_MANUAL, "waitpid(2)"],
};

// The container still ran when the check stopped waiting after SIGTERM. In the first case its command, which has no
// handler for SIGTERM, still ran, too. In the second case the command had ended.
const commandIgnoredSigterm = (context: Context) =>
	stillRunning(context.observation) && commandAt(context.observation, "box: ignored") !== null;
const containerOutlivedCommand = (context: Context) =>
	stillRunning(context.observation) && commandAt(context.observation, "box: ignored") === null;

const sigtermNotTaken = ({ ledger }: Context) => !takenSignals(ledger).includes("SIGTERM");

/** For the first container, the most specific first. */
export const refusals: Explanation[] = [
	{
		when: refused("fork", "ENOMEM"),
		diagnosis: "namespace-is-over",
		misconception: 1,
		why: "Memory has not run out. fork also fails with ENOMEM if the PID namespace for the caller's children has lost its pid 1. The first child after unshare(CLONE_NEWPID) was pid 1. It has ended, so no process can be created in the namespace any more.",
		try: "Keep the first child running: it is the init. Fork the command from there.",
		see: ["fork(2), ERRORS", PID_1_MANUAL],
	},
	{
		when: refused("waitpid", "EINTR"),
		diagnosis: "wait-interrupted",
		misconception: 9,
		why: "SIGTERM was sent to pid 1 during waitpid, so waitpid failed with EINTR. SIGTERM did not end pid 1, because pid 1 is still Node, and Node has its own handler for SIGTERM. If pid 1 had no handler, the kernel would discard SIGTERM. The command never got the signal.",
		try: "Block the signals with sigprocmask before the fork, take them with sigwaitinfo, and send each one to the command with kill. Call waitpid with WNOHANG, at each SIGCHLD.",
		see: ["signal(7), Interruption of system calls and library functions by signal handlers", PID_1_MANUAL],
	},
	{ ...noChildLeft, when: refused("waitpid", "ECHILD") },
	initReturned,
	runsTwice,
	onlyChildrenMoved,
	{
		when: (context) =>
			(refused("sigwaitinfo", "EINTR")(context) || commandIgnoredSigterm(context)) &&
			setsWaitedFor(context.ledger).length > 0 &&
			!setsWaitedFor(context.ledger).some((set) => set.includes("SIGTERM")),
		diagnosis: "sigterm-not-in-set",
		misconception: 9,
		why: "SIGTERM was sent to pid 1. In the list of your system calls, no set passed to sigwaitinfo contains SIGTERM, and sigwaitinfo returns only signals that are in its set. If the process has a handler for another signal, as Node has for SIGTERM, sigwaitinfo fails with EINTR.",
		try: "Put SIGTERM and all other signals that a user may send into the set, for sigprocmask and for sigwaitinfo.",
		see: ["sigwaitinfo(2)", PID_1_MANUAL],
	},
	{
		when: (context) => context.thrown !== null && commandRan(context),
		diagnosis: "exception-beside-the-command",
		why: "The command ran, but an exception ended a process that should have looked after it. The exception is shown above. When pid 1 ends, the kernel kills all other processes in its namespace, including the command.",
		try: "Find the line that threw the exception, and what it was called with.",
		see: [PID_1_MANUAL],
	},
	{
		when: ({ ending, ledger }) =>
			ending.how === "exited" && sentSignals(ledger).some(({ pid }) => pid === 0 || pid < -1),
		diagnosis: "signals-to-own-group",
		misconception: 9,
		why: "kill with pid 0 sends a signal to all processes in the caller's process group; with a negative pid, to the process group with that number. Here the engine, box itself, is in the same process group as the container, so the signal ended the engine, too.",
		try: "Call kill(child, signo), where child is the one process that you look after.",
		see: ["kill(2)", "setpgid(2)"],
	},
	{
		when: (context) => endedBeforeSigterm(context) && exitedAfterAnotherChild(context),
		diagnosis: "init-ends-with-an-orphan",
		misconception: 8,
		why: "The container ended before SIGTERM was sent. In the list of your system calls, waitpid returned a pid other than the command's, and then the process called _exit. Orphans are children of pid 1, too, so waitpid(-1) may return any of them. When pid 1 ended, the kernel killed the command.",
		try: "Compare the pid that waitpid returns with the command's. If another child ended, keep waiting.",
		see: [PID_1_MANUAL, "waitpid(2)"],
	},
	overTooEarly,
	...whyCommandIsPid1.map((explanation) => ({
		...explanation,
		when: (context: Context) =>
			stillRunning(context.observation) && commandIsPid1(context) && (explanation.when?.(context) ?? true),
	})),
	{
		when: (context) => stillRunning(context.observation) && sigtermNotTaken(context) && isBlockedInWaitpid(context),
		diagnosis: "waits-in-waitpid",
		misconception: 8,
		why: "SIGTERM was sent, and no process took it. In the list of your system calls, the process that takes the signals has called waitpid, and the call has not returned. Without WNOHANG, waitpid waits until another child ends.",
		try: "Call waitpid(-1, WNOHANG) until it returns pid 0. Then no other child has ended.",
		see: ["waitpid(2)", "sigwaitinfo(2)"],
	},
	{ ...notBlocked, when: (context) => stillRunning(context.observation) && takesUnblockedSignals(context) },
	{ ...childEndNotHeard, when: (context) => stillRunning(context.observation) && neverTakesSigchld(context) },
	{
		when: (context) => containerOutlivedCommand(context) && commandReaped(context) && !commandParentExited(context),
		diagnosis: "waits-for-all",
		why: "The command has ended: in the list of your system calls, waitpid has returned its pid. But the container did not end. The command had left a sleep 1000 in the background, which is now a child of pid 1. Possible causes: pid 1 waits for the sleep as well; or pid 1 does not compare the returned pid with the command's.",
		try: "End pid 1 as soon as the command has ended. The kernel then kills all other processes of the namespace.",
		see: [PID_1_MANUAL],
	},
	{ ...endNotNoticed, when: containerOutlivedCommand },
	{
		when: (context) => commandIgnoredSigterm(context) && !sigtermNotTaken(context),
		diagnosis: "signal-taken-only",
		misconception: 9,
		why: "In the list of your system calls, sigwaitinfo has taken SIGTERM. But the command, which SIGTERM would have ended, still ran when the check stopped waiting. A signal that is taken is no longer pending: the command gets it only if kill sends it. Possible causes: your code does not call kill, or calls it with a wrong pid or a wrong signal.",
		try: "After sigwaitinfo, call kill(child, signo) for each signal except SIGCHLD. child is the pid that fork returned.",
		see: ["sigwaitinfo(2)", "kill(2)"],
	},
	{ ...notPassedOn, when: (context) => commandIgnoredSigterm(context) && setsWaitedFor(context.ledger).length === 0 },
	{
		when: commandIgnoredSigterm,
		diagnosis: "sigterm-ignored",
		misconception: 9,
		why: "SIGTERM was sent to pid 1. The command, which SIGTERM would have ended, still ran when the check stopped waiting. In the list of your system calls, a set passed to sigwaitinfo contains SIGTERM, but sigwaitinfo has not returned it. Possible causes: pid 1 is not the process that calls sigwaitinfo, or pid 1 waits for something else.",
		try: "In pid 1, call sigwaitinfo in a loop, and no other call that waits.",
		see: ["sigwaitinfo(2)", PID_1_MANUAL],
	},
	{
		...sigkillSent,
		when: (context) => context.facts["ending"] === "returned 137" && sendsSigkill(context.ledger),
	},
	{
		...signalDeathLost,
		when: ({ facts }) => /^with the exit code/.test(String(facts["exit.signal"])),
	},
	{
		when: (context) => !endedTooEarly(context),
		diagnosis: "ended-otherwise",
		why: ({ facts }) =>
			`SIGTERM was sent to pid 1, and the container ended: box ${facts["ending"]}. It should return 143, which is 128 + 15. Possible causes: another signal ended the command; pid 1 ended before the command; or the exit code was made of another process's status.`,
		try: "In pid 1 and in the process above it: pass on the signal that you took, wait for the child, and end with the child's status.",
		see: ["kill(2)", "waitpid(2)", PID_1_MANUAL],
	},
];

// Whether the first container ended before SIGTERM was sent. False if box did not return, if the command never ran, or
// if a process threw: other findings report that.
function endedBeforeSigterm(context: Context): boolean {
	const { thrown, ending, observation } = context;
	return (
		thrown === null && ending.how === "returned" && commandRan(context) && commandAt(observation, AFTERWARDS) === null
	);
}
