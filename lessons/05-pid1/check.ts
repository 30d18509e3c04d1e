import { defineCheck, unsharedInChild } from "../../harness/grade/index.ts";
import { deriveFacts, ENDED_BEFORE, endedWith, ignored, takesNoChild } from "./facts.ts";
import {
	childEndNotHeard,
	commandIsFirst,
	commandIsPid1,
	cutShort,
	exitCodeLost,
	hostPids,
	noChildLeft,
	notBlocked,
	notPassedOn,
	onlyChildrenMoved,
	PID_1_SIGNALS,
	refusals,
} from "./refusals.ts";
import { HUNG_UP, ORPHANS, POLITE, scenario } from "./scenario.ts";

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
			madeOf: "kernel",
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
			madeOf: "kernel",
			what: "what pid 1 of the command's PID namespace is",
			explain: commandIsFirst,
		},
		{
			fact: "command.proc",
			madeOf: "files",
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
			madeOf: "kernel",
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
				childEndNotHeard,
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
			madeOf: "exercise",
			what: "how a command ends that handles SIGTERM itself",
			accept: (_, context) => cutShort(context),
			explain: [
				notBlocked,
				{ ...childEndNotHeard, when: (context) => ignored(context.observation, POLITE) && takesNoChild(context) },
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
			madeOf: "files",
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
			madeOf: "files",
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
			madeOf: "exercise",
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
			madeOf: "kernel",
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
	exceptions: refusals,
});
