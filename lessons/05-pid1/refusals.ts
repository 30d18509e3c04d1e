import { type Context, commandAt, type Explanation, type Facts, refused } from "../../harness/judge/index.ts";
import { stillRunning } from "./facts.ts";
import {
	commandForked,
	commandRanTwice,
	commandReaped,
	exitedAfterAnotherChild,
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

/** Explanations of containers that end wrongly or never, and of calls that are refused before. */

export const PID_1_SIGNALS = "pid_namespaces(7), The namespace init process";

export const sharesHostPids = ({ facts }: { facts: Facts }): boolean => facts["ns.pid"] === "the host's";
export const commandRan = ({ facts }: { facts: Facts }) => facts["command.ran"] === true;
export const commandIsPid1 = ({ facts }: { facts: Facts }) => facts["init"] === "the command itself";

/**
 * Whether the first container ended too early. Its ending reports the reason, which holds for the other containers,
 * too.
 */
export const endedTooEarly = (context: Context) =>
	context.ending.how !== "returned" || !commandRan(context) || commandRanTwice(context);

const runsTwice: Explanation = {
	when: commandRanTwice,
	diagnosis: "command-runs-twice",
	why: "The ledger has two execve: two processes came back from enterPidNamespace, and each went on to become the command. fork gives two processes that go on from the same line; only the last one of them may return.",
	try: "In the parent, after each fork: wait for the child, and leave with _exit.",
	see: ["fork(2)", "_exit(2)"],
};

export const onlyChildrenMoved: Explanation = {
	when: (context) => sharesHostPids(context) && context.facts["ns.pid_for_children"] === "new",
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

export const whyCommandIsPid1: Explanation[] = [
	{
		when: unsharedBetweenForks,
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

export const notBlocked: Explanation = {
	when: takesUnblockedSignals,
	diagnosis: "signals-not-blocked",
	misconception: 9,
	why: "sigwaitinfo was called by a process that does not block these signals: in the ledger, no sigprocmask comes before it in that process, nor in its parent before the fork. sigwaitinfo takes what is pending. A signal that is not blocked never stays pending: it goes to its handler, and one without a handler, like SIGCHLD, is thrown away.",
	try: "Call sigprocmask(SIG_BLOCK, …) with the same set before the first fork: children inherit the mask.",
	see: ["sigwaitinfo(2), NOTES", "signal(7), Signal mask and pending signals"],
};

export const childEndNotHeard: Explanation = {
	when: neverTakesSigchld,
	diagnosis: "child-end-not-heard",
	misconception: 8,
	why: "In the ledger, the set that sigwaitinfo was given has no SIGCHLD. That is the signal that tells of a child's end. Without it nobody wakes up when one has ended, be it an orphan or the command itself, and it stays a zombie.",
	try: "Put SIGCHLD into the set, for sigprocmask and for sigwaitinfo.",
	see: ["sigwaitinfo(2)", "waitpid(2), NOTES"],
};

export const notPassedOn: Explanation = {
	diagnosis: "signals-not-passed-on",
	misconception: 9,
	why: "SIGTERM was sent to pid 1, and the command, which SIGTERM ends, still ran when its time was up. The kernel passes nothing on: a signal goes to the process that it was sent to, and to a pid 1 without a handler for it not even that. In the ledger, nobody has called sigwaitinfo; and a handler of Node's (process.on) is run by its event loop, which a forked process has none of.",
	try: "In pid 1: block the signals with sigprocmask before the fork, take them with sigwaitinfo, and send each on to the command with kill.",
	see: [PID_1_SIGNALS, "sigwaitinfo(2)"],
};

export const noChildLeft: Explanation = {
	diagnosis: "no-child-left",
	why: 'waitpid was asked for a child by a process that has none: ECHILD. With WNOHANG, pid 0 means "none has ended yet"; when the last one has been reaped, it is an error.',
	try: "Stop as soon as the child that you look after has been reaped. A process can only wait for its own children.",
	see: ["waitpid(2), ERRORS"],
};

export const initDoesNotWait: Explanation = {
	diagnosis: "init-does-not-wait",
	misconception: 9,
	why: "The command has handlers for all signals, and had not ended when pid 1 did: a signal was sent to pid 1, and pid 1 ended. With it the kernel kills all others in the namespace, so the command could not tidy up.",
	try: "After kill, go on waiting: pid 1 ends when the command has ended, and not before.",
	see: [PID_1_SIGNALS],
};

export const sigkillSent: Explanation = {
	diagnosis: "sigkill-sent",
	misconception: 9,
	why: "In the ledger, the process that takes the signals has sent SIGKILL to the command. Nobody had sent one: what was sent can be handled, and SIGKILL cannot, so the command had no chance to tidy up.",
	try: "Pass on the signal that came, kill(child, signo), and leave it to the command when to end.",
	see: ["signal(7), Standard signals", "kill(2)"],
};

export const endNotNoticed: Explanation = {
	diagnosis: "end-not-noticed",
	misconception: 8,
	why: "The command has ended, and the container has not: pid 1, or the process above it, did not end with the child that it looks after. Possible causes: it waits for something else; it compares with another pid; the end of the child came while nobody looked.",
	try: "At each SIGCHLD, call waitpid(-1, WNOHANG) until it gives pid 0, and end when one of the pids was the child's.",
	see: ["waitpid(2)", PID_1_SIGNALS],
};

export const orphansMissing: Explanation = {
	when: ({ facts }) => String(facts["orphans.zombies"]).startsWith("unknown: of"),
	diagnosis: "orphans-missing",
	why: "The command made as many orphans as it was to make, and fewer processes than that were in its PID namespace. So nothing is known about who reaps them. Possible causes: something ends them, or does not let them be born, such as a limit on processes.",
	try: "Leave alone what the command starts, until it has ended.",
	see: ["pid_namespaces(7)"],
};

export const ownGroupOnly: Explanation = {
	when: waitsForOwnGroup,
	diagnosis: "own-group-only",
	why: "In the ledger, the process that takes the signals has called waitpid with pid 0. That waits for children of its own process group alone. A daemon makes a session of its own, and a process group with it: when it has become pid 1's child and ends, waitpid(0, …) does not see it.",
	try: "Call waitpid(-1, WNOHANG): -1 is any child.",
	see: ["waitpid(2)", "setsid(2)"],
};

const signalDeathLost: Explanation = {
	diagnosis: "signal-death-lost",
	misconception: 9,
	why: "In two containers a signal ended the command, SIGTERM (15) here, and in both box did not return 128 + that signal. Between the command and box are two processes, and each gets a wait status of 16 bits, with the signal in its low 7 bits: it has to be read with WIFSIGNALED and WTERMSIG, and passed on as an exit code.",
	try: "End init, and the process above it, with _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)).",
	see: ["waitpid(2)", "_exit(2)"],
};

// Whether the command still ran after SIGTERM had been sent to init. The command has no handler for SIGTERM.
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
		when: (context) =>
			(refused("sigwaitinfo", "EINTR")(context) || commandIgnoredSigterm(context)) &&
			setsWaitedFor(context.ledger).length > 0 &&
			!setsWaitedFor(context.ledger).some((set) => set.includes("SIGTERM")),
		diagnosis: "sigterm-not-in-set",
		misconception: 9,
		why: "SIGTERM was sent to pid 1. In the ledger, no set that sigwaitinfo was given has SIGTERM, and sigwaitinfo does not give a signal that is not in its set. Where the process has a handler for such a signal, as Node has one for SIGTERM, the call comes back with EINTR.",
		try: "Put SIGTERM into the set, for sigprocmask and for sigwaitinfo, and all else that a user may send.",
		see: ["sigwaitinfo(2)", PID_1_SIGNALS],
	},
	{
		when: (context) => context.thrown !== null && commandRan(context),
		diagnosis: "exception-beside-the-command",
		why: "The command ran, but an exception ended a process that was to look after it: what it says is above. When pid 1 ends, the kernel kills all others in its namespace, the command too.",
		try: "Start at the line of yours that is marked below.",
		see: [PID_1_SIGNALS],
	},
	{
		when: ({ ending, ledger }) =>
			ending.how === "exited" && sentSignals(ledger).some(({ pid }) => pid === 0 || pid < -1),
		diagnosis: "signals-to-own-group",
		misconception: 9,
		why: "Sent to 0, a signal goes to all processes of the sender's process group; sent to a negative number, to that group. Nobody has made a group of its own here: the engine, box itself, is in the same one as its container, and was ended by the signal.",
		try: "kill(child, signo): to the child that you look after, and to nobody else.",
		see: ["kill(2)", "setpgid(2)"],
	},
	{
		when: (context) => endedBeforeSigterm(context) && exitedAfterAnotherChild(context),
		diagnosis: "init-ends-with-an-orphan",
		misconception: 8,
		why: "The container was over before SIGTERM was sent: in the ledger, a process has got another pid from waitpid than the command's, and has left with _exit. Orphans are pid 1's children too, so waitpid(-1) may give any of them. When pid 1 ended, the kernel killed the command.",
		try: "Compare the pid that waitpid gives with the command's. Reap the others, and go on.",
		see: [PID_1_SIGNALS, "waitpid(2)"],
	},
	{
		when: endedBeforeSigterm,
		diagnosis: "over-too-early",
		why: "The container was over before SIGTERM was sent: the command still waited for its next line when orphans ended, and after that it was gone. Possible causes: pid 1 took the SIGCHLD of an orphan for the end of the command; or something else ended pid 1 or the command.",
		try: "Let pid 1 end only when waitpid has given the pid of the command.",
		see: [PID_1_SIGNALS, "waitpid(2)"],
	},
	...whyCommandIsPid1.map((explanation) => ({
		...explanation,
		when: (context: Context) =>
			stillRunning(context.observation) && commandIsPid1(context) && (explanation.when?.(context) ?? true),
	})),
	{
		when: (context) => stillRunning(context.observation) && isBlockedInWaitpid(context),
		diagnosis: "waits-in-waitpid",
		misconception: 8,
		why: "SIGTERM was sent, and nobody took it: in the ledger, the process that takes the signals is in a waitpid that has not come back. Without WNOHANG it waits there for the next child's end, however long that takes.",
		try: "Call waitpid(-1, WNOHANG), again and again until it gives pid 0: none has ended any more.",
		see: ["waitpid(2)", "sigwaitinfo(2)"],
	},
	{ ...notBlocked, when: (context) => stillRunning(context.observation) && takesUnblockedSignals(context) },
	{ ...childEndNotHeard, when: (context) => stillRunning(context.observation) && neverTakesSigchld(context) },
	{
		when: (context) => containerOutlivedCommand(context) && commandReaped(context),
		diagnosis: "waits-for-all",
		why: "SIGTERM came to the command, and ended it: in the ledger, waitpid has its pid. Still the container did not end. The command had left a sleep 1000 in the background, which is pid 1's child now. Possible causes: pid 1 waits for that as well; or it does not compare the pid with the command's.",
		try: "End pid 1 as soon as the command has ended. The kernel ends what is left.",
		see: [PID_1_SIGNALS],
	},
	{ ...endNotNoticed, when: containerOutlivedCommand },
	{
		when: (context) => commandIgnoredSigterm(context) && !sigtermNotTaken(context),
		diagnosis: "signal-taken-only",
		misconception: 9,
		why: "In the ledger, sigwaitinfo has taken SIGTERM; and the command, which SIGTERM ends, still ran when its time was up. A signal that is taken is gone: it comes to the command only if kill sends it there. Possible causes: there is no kill, or it has another pid or another signal.",
		try: "After sigwaitinfo, call kill(child, signo) for each signal but SIGCHLD; child is what fork gave for the command.",
		see: ["sigwaitinfo(2)", "kill(2)"],
	},
	{ ...notPassedOn, when: (context) => commandIgnoredSigterm(context) && setsWaitedFor(context.ledger).length === 0 },
	{
		when: commandIgnoredSigterm,
		diagnosis: "sigterm-ignored",
		misconception: 9,
		why: "SIGTERM was sent to pid 1, and the command, which SIGTERM ends, still ran when its time was up. In the ledger, SIGTERM is in a set that sigwaitinfo was given, and was not taken. Possible causes: pid 1 is not the process that waits for signals, or is busy with something else.",
		try: "Call sigwaitinfo in pid 1, in a loop, and nothing that waits for something else.",
		see: ["sigwaitinfo(2)", PID_1_SIGNALS],
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
			`SIGTERM was sent to pid 1, and the container ended: box ${facts["ending"]}, where 143 is due, 128 + 15. Possible causes: the command was ended by another signal; pid 1 ended before the command; or the status that came back was another process's.`,
		try: "Pass on the signal that came, wait for the command, and end with its status, in pid 1 and in the process above.",
		see: ["kill(2)", "waitpid(2)", PID_1_SIGNALS],
	},
];

// If a command never ran, or a process threw, then an orphan's end was not the reason.
function endedBeforeSigterm(context: Context): boolean {
	const { thrown, ending, observation } = context;
	return (
		thrown === null && ending.how === "returned" && commandRan(context) && commandAt(observation, AFTERWARDS) === null
	);
}
