import type { Context, Explanation } from "../../harness/judge/index.ts";
import {
	COMMAND_ENDED,
	endedByError,
	initEndedEarly,
	KILLED_BY_CHECK,
	type LaterContainer,
	NO_LAST_LINE,
	ORPHANS_CODE_RETURNED,
	signalsToOthers,
	unexpectedSignals,
} from "./facts.ts";
import { sendsSigkill, sentSignals, setsWaitedFor, takenSignals } from "./ledgers.ts";
import {
	childEndNotHeard,
	endNotNoticed,
	initDoesNotWait,
	initReturned,
	noChildLeft,
	notBlocked,
	PID_1_MANUAL,
	sigkillSent,
} from "./refusals.ts";
import { EXITS, KILLED, SIGNALS } from "./scenario.ts";

/** Explanations for the two containers whose commands get signals and then a last line. */

const containers = ({ observation }: Context) => [EXITS, KILLED].map((name) => observation.calls[name]);
const ledgers = (context: Context) => containers(context).map((container) => container?.ledger ?? []);
const lostSignals = ({ facts }: Context) => [facts["signals.lost"] ?? []].flat().map(String);
const misdirectedSignals = ({ facts }: Context) => [facts["signals.strayed"] ?? []].flat();

/**
 * Whether signals have disturbed a container, or the check could not measure whether they have. Then its ending does
 * not show how it passes exit codes on.
 */
export const disturbedBySignals = (context: Context) =>
	misdirectedSignals(context).length > 0 || lostSignals(context)[0] === COMMAND_ENDED;

/** For a later container in which init returned, although init had not returned in the first container. */
export const initReturnedLater: Explanation = {
	...initReturned,
	when: (context) => ledgers(context).some((ledger) => initReturned.when?.({ ...context, ledger })),
};

export const signalsLost: Explanation[] = [
	initReturnedLater,
	{ ...notBlocked, when: (context) => ledgers(context).some((ledger) => notBlocked.when?.({ ...context, ledger })) },
	{
		...sigkillSent,
		when: (context) => lostSignals(context)[0] === COMMAND_ENDED && ledgers(context).some(sendsSigkill),
	},
	{ ...initDoesNotWait, when: ({ observation }) => initEndedEarly(observation) },
	{
		// sigwaitinfo returns only signals that are in its set.
		when: (context) => {
			const sets = ledgers(context).flatMap(setsWaitedFor);
			return (
				sets.length > 0 &&
				lostSignals(context).length < SIGNALS.length &&
				lostSignals(context).every((signal) => /^SIG/.test(signal) && !sets.join().includes(signal))
			);
		},
		diagnosis: "signal-not-in-set",
		misconception: 9,
		why: "Other signals are passed on, but no set passed to sigwaitinfo contains these. Programs need them: for example, many read their settings again at SIGHUP. The kernel discards a signal that pid 1 neither blocks nor handles.",
		try: "Put all signals that a user may send into the set: SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH.",
		see: [PID_1_MANUAL, "signal(7), Standard signals"],
	},
	{
		when: ({ observation, drawn, ...context }) =>
			unexpectedSignals(observation, drawn).some((signal) => signal !== "SIGCHLD") &&
			lostSignals(context as Context).length > 0,
		diagnosis: "signal-changed",
		misconception: 9,
		why: ({ observation, drawn }) =>
			`The command did not get these. Instead it got signals that the check had not sent: ${unexpectedSignals(observation, drawn).join(", ")}. Each signal has its own meaning: to many programs, SIGHUP means "read your settings again", and SIGTERM means "end".`,
		try: "Pass on the signal number that sigwaitinfo returned: kill(child, signo).",
		see: ["sigwaitinfo(2)", "kill(2)"],
	},
	{
		when: (context) => {
			const all = ledgers(context).flat();
			return lostSignals(context).every(
				(signal) => takenSignals(all).includes(signal) && !sentSignals(all).some((kill) => kill.signal === signal),
			);
		},
		diagnosis: "signal-not-sent-on",
		misconception: 9,
		why: "In the list of your system calls, sigwaitinfo has taken these signals, but no kill sends them to another process. A signal that is taken is no longer pending: the command gets it only if you send it.",
		try: "After sigwaitinfo, call kill(child, signo) for each signal except SIGCHLD.",
		see: ["sigwaitinfo(2)", "kill(2)"],
	},
	{
		diagnosis: "signals-lost",
		misconception: 9,
		why: "The check froze the command, and sent these to pid 1. A signal to the frozen command would have stayed pending, but SigPnd and ShdPnd in its /proc/PID/status do not contain these. Possible causes: you sent them to a pid other than the command's; pid 1 was waiting for something else, or had not blocked them; or kill failed.",
		try: "In the list of your system calls (--trace), compare each sigwaitinfo with the kill after it: which signal, to which pid?",
		see: [PID_1_MANUAL, "sigwaitinfo(2)"],
	},
];

export const signalsStrayed: Explanation[] = [
	initReturnedLater,
	{
		when: ({ observation }) => signalsToOthers(observation).length > 0,
		diagnosis: "signals-to-everybody",
		misconception: 9,
		why: "The signals were sent to pid 1, and some also reached a process that the command had started. kill with pid -1 sends a signal to every process in the namespace except pid 1; with pid 0 or any other negative number, to a process group.",
		try: "Call kill(child, signo), where child is the one process that you look after. That process decides what to send to its own children.",
		see: ["kill(2)"],
	},
	{
		when: ({ observation, drawn }) => unexpectedSignals(observation, drawn).includes("SIGCHLD"),
		diagnosis: "sigchld-passed-on",
		misconception: 9,
		why: "An orphan ended, and the kernel sent SIGCHLD to pid 1. The command got SIGCHLD as well, although none of its own children had ended. A program that counts its children would then count wrong.",
		try: "Send a signal on only if it is not SIGCHLD.",
		see: ["sigwaitinfo(2)", "signal(7), Standard signals"],
	},
	{
		diagnosis: "signal-uninvited",
		misconception: 9,
		why: "The command got a signal that the check had not sent to pid 1: the command's /proc/PID/status shows this signal as pending, beside those that the check sent.",
		try: "For each signal that sigwaitinfo returns, call kill once, with that signal.",
		see: ["kill(2)", "sigwaitinfo(2)"],
	},
];

/** Explanations of a wrong ending of the container that the fact is about. */
export function endingLost(fact: "exit.code" | "exit.signal"): Explanation[] {
	const name: LaterContainer = fact === "exit.code" ? EXITS : KILLED;
	const ending = ({ facts }: Context) => facts[fact];
	return [
		initReturnedLater,
		{ ...noChildLeft, when: ({ observation }) => endedByError(observation, name, "ECHILD") },
		{
			when: (context) => ending(context) === ORPHANS_CODE_RETURNED,
			diagnosis: "orphan-status-returned",
			misconception: 8,
			why: "The command and an orphan ended at the same moment, with different exit codes, and box returned the orphan's. waitpid(-1) returns any child that has ended, and may return others after the one that you look after.",
			try: "When waitpid returns the pid of the child that you look after, keep its status, and do not call waitpid again.",
			see: ["waitpid(2)", PID_1_MANUAL],
		},
		{ ...initDoesNotWait, when: (context) => ending(context) === NO_LAST_LINE && initEndedEarly(context.observation) },
		{
			...childEndNotHeard,
			when: (context) =>
				ending(context) === KILLED_BY_CHECK &&
				ledgers(context).some((ledger) => childEndNotHeard.when?.({ ...context, ledger })),
		},
		{ ...endNotNoticed, when: (context) => ending(context) === KILLED_BY_CHECK },
		{
			when: (context) => /^with the exit code/.test(String(ending(context))),
			diagnosis: "exit-code-lost",
			why:
				fact === "exit.code"
					? "The command exited with the code in its last line of input, and box returned another one. Between the command and box are init and the process that waits for init. One of the two did not pass the code on."
					: "A signal ended the command, and box did not return 128 + that signal. Between the command and box are init and the process that waits for init. Each gets a wait status of 16 bits. If a signal ended the child, the signal is in the low 7 bits.",
			try: "End each of the two with _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)), where status is that of the child that it looks after.",
			see: ["waitpid(2)", "_exit(2)"],
		},
		{
			diagnosis: "ended-untold",
			why: "The check writes a last line to the command's standard input, and the command ends as this line says. Here something else happened, which is shown above. Possible causes: pid 1 or the process above it ended before the command; an exception ended one of the two; or one of your processes read from the command's standard input.",
			try: "Keep both processes running until the child that they look after has ended.",
			see: [PID_1_MANUAL],
		},
	];
}
