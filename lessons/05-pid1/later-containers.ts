import type { Context, Explanation } from "../../harness/judge/index.ts";
import {
	AS_AN_ORPHAN,
	endedByError,
	initEndedEarly,
	KILLED_MEANWHILE,
	type LaterContainer,
	NEVER_TOLD,
	NOT_AT_ALL,
	signalsToOthers,
	unexpectedSignals,
} from "./facts.ts";
import { sendsSigkill, sentSignals, setsWaitedFor, takenSignals } from "./ledgers.ts";
import {
	childEndNotHeard,
	endNotNoticed,
	initDoesNotWait,
	noChildLeft,
	notBlocked,
	PID_1_SIGNALS,
	sigkillSent,
} from "./refusals.ts";
import { EXITS, KILLED, SIGNALS } from "./scenario.ts";

/** Explanations for the two containers whose commands get signals and then a last line. */

const containers = ({ observation }: Context) => [EXITS, KILLED].map((name) => observation.calls[name]);
const ledgers = (context: Context) => containers(context).map((container) => container?.ledger ?? []);
const lostSignals = ({ facts }: Context) => [facts["signals.lost"] ?? []].flat().map(String);
const misdirectedSignals = ({ facts }: Context) => [facts["signals.strayed"] ?? []].flat();

/** Whether signals have disturbed a container. Then the way in which it ended says nothing more. */
export const disturbedBySignals = (context: Context) =>
	misdirectedSignals(context).length > 0 || lostSignals(context)[0] === KILLED_MEANWHILE;

export const signalsLost: Explanation[] = [
	{ ...notBlocked, when: (context) => ledgers(context).some((ledger) => notBlocked.when?.({ ...context, ledger })) },
	{
		...sigkillSent,
		when: (context) => lostSignals(context)[0] === KILLED_MEANWHILE && ledgers(context).some(sendsSigkill),
	},
	{ ...initDoesNotWait, when: ({ observation }) => initEndedEarly(observation) },
	{
		// sigwaitinfo returns no signal that is not in its set.
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
		why: "Other signals are passed on, and these are in no set that sigwaitinfo was given. Programs are told things with other signals too: many read their settings again at SIGHUP. A signal that pid 1 has not blocked, and has no handler for, is thrown away by the kernel.",
		try: "Put all that a user may send into the set: SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH.",
		see: [PID_1_SIGNALS, "signal(7), Standard signals"],
	},
	{
		when: ({ observation, drawn, ...context }) =>
			unexpectedSignals(observation, drawn).some((signal) => signal !== "SIGCHLD") &&
			lostSignals(context as Context).length > 0,
		diagnosis: "signal-changed",
		misconception: 9,
		why: ({ observation, drawn }) =>
			`The command did not get these, and got what nobody had sent: ${unexpectedSignals(observation, drawn).join(", ")}. Each signal means something of its own to a program: SIGHUP may be "read your settings again", where SIGTERM is "end".`,
		try: "Pass on the number that sigwaitinfo has given: kill(child, signo).",
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
		why: "In the ledger, sigwaitinfo has taken these signals, and no kill with them follows. A signal that is taken is gone: only who takes it knows that it came.",
		try: "After sigwaitinfo, call kill(child, signo) for each signal but SIGCHLD.",
		see: ["sigwaitinfo(2)", "kill(2)"],
	},
	{
		diagnosis: "signals-lost",
		misconception: 9,
		why: "The command was held while these were sent to pid 1, so that what came would stay pending: SigPnd and ShdPnd of its /proc/PID/status do not have them. Possible causes: they were sent to another pid than the command's; pid 1 was busy elsewhere, or had not blocked them; or kill was refused.",
		try: "Compare, in the ledger (--trace), each sigwaitinfo with the kill after it: which signal, to which pid?",
		see: [PID_1_SIGNALS, "sigwaitinfo(2)"],
	},
];

export const signalsStrayed: Explanation[] = [
	{
		when: ({ observation }) => signalsToOthers(observation).length > 0,
		diagnosis: "signals-to-everybody",
		misconception: 9,
		why: "What was sent to pid 1 came to the command, and to a process that the command had started, too. Sent to -1, a signal goes to every process in the namespace but pid 1; sent to 0 or a negative number, to a process group.",
		try: "kill(child, signo): to the child that you look after, and to nobody else. What its children are to know is the child's business.",
		see: ["kill(2)"],
	},
	{
		when: ({ observation, drawn }) => unexpectedSignals(observation, drawn).includes("SIGCHLD"),
		diagnosis: "sigchld-passed-on",
		misconception: 9,
		why: "An orphan ended, and the kernel told pid 1 by a SIGCHLD. The command got one as well, although no child of its own had ended. Programs that count their children are misled by that.",
		try: "Send on what sigwaitinfo gives only if it is not SIGCHLD.",
		see: ["sigwaitinfo(2)", "signal(7), Standard signals"],
	},
	{
		diagnosis: "signal-uninvited",
		misconception: 9,
		why: "The command got a signal that nobody had sent to pid 1: it is pending in its /proc/PID/status, beside those that were sent.",
		try: "For each signal that sigwaitinfo gives, call kill once, with that signal.",
		see: ["kill(2)", "sigwaitinfo(2)"],
	},
];

/** For the container that this fact is about. */
export function endingLost(fact: "exit.code" | "exit.signal"): Explanation[] {
	const name: LaterContainer = fact === "exit.code" ? EXITS : KILLED;
	const ending = ({ facts }: Context) => facts[fact];
	return [
		{ ...noChildLeft, when: ({ observation }) => endedByError(observation, name, "ECHILD") },
		{
			when: (context) => ending(context) === AS_AN_ORPHAN,
			diagnosis: "orphan-status-returned",
			misconception: 8,
			why: "The command and an orphan ended at one moment, each with a code of its own, and box returned the orphan's. waitpid(-1) gives any child that has ended, also after the one that you look after: the status that is kept has to be that child's.",
			try: "Keep the status only where the pid is that of the child that you look after, and stop there.",
			see: ["waitpid(2)", PID_1_SIGNALS],
		},
		{ ...initDoesNotWait, when: (context) => ending(context) === NEVER_TOLD && initEndedEarly(context.observation) },
		{
			...childEndNotHeard,
			when: (context) =>
				ending(context) === NOT_AT_ALL &&
				ledgers(context).some((ledger) => childEndNotHeard.when?.({ ...context, ledger })),
		},
		{ ...endNotNoticed, when: (context) => ending(context) === NOT_AT_ALL },
		{
			when: (context) => /^with the exit code/.test(String(ending(context))),
			diagnosis: "exit-code-lost",
			why:
				fact === "exit.code"
					? "The command ended by itself, with an exit code that it was told last of all, and box returned another one. Between the two are init and the process that waits for init; one of them did not pass it on."
					: "A signal ended the command, and box did not return 128 + that signal. Between the two are init and the process that waits for init, and each gets a wait status of 16 bits, with the signal in its low 7 bits.",
			try: "End both with _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)), with the status of the child that each looks after.",
			see: ["waitpid(2)", "_exit(2)"],
		},
		{
			diagnosis: "ended-untold",
			why: "The command was to be told, by a last line, how to end, and it came to nothing: what was seen is above. Possible causes: pid 1 or the process above it ended before the command, or an exception ended one of them; a process of yours has read from the command's standard input.",
			try: "See to it that both processes stay until the child that they look after has ended.",
			see: [PID_1_SIGNALS],
		},
	];
}
