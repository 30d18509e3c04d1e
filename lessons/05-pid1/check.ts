import {
	type Context,
	defineCheck,
	EARLY_END,
	FAILED_START,
	inputTaken,
	processesLeft,
	unsharedInChild,
} from "../../harness/judge/index.ts";
import { deriveFacts, leavesInit } from "./facts.ts";
import { disturbedBySignals, endingLost, initReturnedLater, signalsLost, signalsStrayed } from "./later-containers.ts";
import {
	childEndNotHeard,
	endedTooEarly,
	notBlocked,
	onlyChildrenMoved,
	orphansMissing,
	overTooEarly,
	ownGroupOnly,
	PID_1_MANUAL,
	refusals,
	sharesHostPids,
	whyCommandIsPid1,
} from "./refusals.ts";
import { ORPHANS, scenario } from "./scenario.ts";

export default defineCheck({
	module: "pid1.ts",
	exported: "enterPidNamespace",
	weight: 15,
	groups: [
		{ title: "a PID namespace with an init", points: 4, facts: ["ns.pid", "init", "told.init"] },
		{ title: "a /proc of its own", points: 2, facts: ["command.proc"] },
		{ title: "orphans are reaped", points: 3, facts: ["orphans.zombies"] },
		{ title: "signals are passed on", points: 3, facts: ["signals.lost", "signals.strayed"] },
		{ title: "the command's exit code", points: 2, facts: ["exit.code", "exit.signal"] },
	],
	lessonSummary:
		"A PID namespace numbers its processes from 1. Its pid 1 is special: the kernel protects it from signals, makes it the parent of every orphan, and kills all other processes when pid 1 ends. So a container needs an init. A process inside the namespace has to mount /proc.",
	draw: (random) => ({
		hostname: random.hostname(),
		rootfs: `/lab/${random.name("rootfs")}`,
		signals: random.name("signals"),
		lastExitCode: random.name("exit-code"),
		lastSignal: random.name("signal"),
	}),
	scenario,
	rootfs: ({ rootfs = "" }) => ({ path: rootfs }),
	derive: deriveFacts,
	facts: [
		inputTaken(initReturnedLater),
		{
			fact: "ns.pid",
			madeOf: "kernel",
			what: "the command's PID namespace",
			followsFrom: [FAILED_START],
			explain: [
				onlyChildrenMoved,
				{
					...unsharedInChild("CLONE_NEWPID"),
					why: "A child called unshare with CLONE_NEWPID, so only the children that this child forks later are in the new namespace. Its parent, which became the command, is still in the host's.",
				},
				{
					diagnosis: "pid-shared",
					why: "/proc/PID/ns/pid is the same link for the command and for the host's init. So the command knows every process of the host by its number, and as root it can kill each of them.",
					try: "Call unshare(CLONE_NEWPID) before the fork: the children that are forked afterwards are in the new namespace.",
					see: ["pid_namespaces(7)", "unshare(2), CLONE_NEWPID"],
				},
			],
		},
		{
			fact: "init",
			madeOf: "kernel",
			what: "pid 1 of the command's PID namespace",
			followsFrom: [FAILED_START],
			explain: whyCommandIsPid1,
		},
		{
			fact: "told.init",
			madeOf: "kernel",
			what: "later containers in which the command has no init",
			isConsequence: (context) =>
				sharesHostPids(context) || context.facts["init"] !== "another process" || endedTooEarly(context),
			explain: [
				{
					diagnosis: "init-once-only",
					why: "The first container has a PID namespace with an init, and these have none. So enterPidNamespace does not do the same in every call. The check starts each container with a call of its own, in an engine process of its own.",
					try: "enterPidNamespace must not depend on anything that an earlier call has left behind.",
					see: ["pid_namespaces(7)"],
				},
			],
		},
		{
			fact: "command.proc",
			madeOf: "kernel",
			what: "the processes that the command's /proc shows",
			followsFrom: [FAILED_START],
			explain: [
				{
					when: ({ facts }) => facts["command.proc"] === "none: nothing is mounted there",
					diagnosis: "proc-not-mounted",
					misconception: 7,
					why: "The command's /proc has no process numbers in it, because no proc file system is mounted there. So ps, top and /proc/self do not work. The host's /proc is gone since pivot_root, and the container needs a new one.",
					try: 'Call mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null) in pid 1, before it forks the command.',
					see: ["proc(5)", "mount(2)", "pid_namespaces(7), /proc and PID namespaces"],
				},
				{
					when: ({ facts }) => facts["command.proc"] === "none, but files of another file system",
					diagnosis: "proc-made-up",
					misconception: 7,
					why: "The file system on the command's /proc is not a proc file system: /proc/PID/mountinfo shows another type. Its files do not change when a process starts or ends.",
					try: 'Call mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null) in pid 1: the third argument is the type.',
					see: ["proc(5)", "mount(2)"],
				},
				{
					diagnosis: "proc-stale",
					misconception: 7,
					why: "The command's /proc lists processes that are not in the container. A proc file system always shows the PID namespace of the process that mounted it. The process that mounted this one was not in the new namespace: unshare(CLONE_NEWPID) does not move its caller.",
					try: "Mount /proc after the fork, in the child, which is pid 1.",
					see: ["pid_namespaces(7), /proc and PID namespaces"],
				},
			],
		},
		{
			fact: "orphans.zombies",
			madeOf: "kernel",
			what: `zombies in the container, after ${ORPHANS} orphans have ended`,
			followsFrom: [EARLY_END, "init"],
			isConsequence: (context) => endedTooEarly(context) || sharesHostPids(context),
			explain: [
				overTooEarly,
				orphansMissing,
				ownGroupOnly,
				{
					when: ({ facts }) => Number(facts["orphans.zombies"]) < ORPHANS,
					diagnosis: "one-signal-one-child",
					misconception: 8,
					why: "The orphans ended at the same moment. Some were reaped, others were not. The kernel does not queue a signal that is already pending: if many children end before you take the first SIGCHLD, you get only one.",
					try: "At each SIGCHLD, call waitpid(-1, WNOHANG) until it returns pid 0.",
					see: ["signal(7), Queueing and delivery semantics for standard signals", "waitpid(2)"],
				},
				notBlocked,
				childEndNotHeard,
				{
					diagnosis: "orphans-not-reaped",
					misconception: 8,
					why: "When a process ends, pid 1 becomes the parent of its children. These orphans have ended, and pid 1 has not asked for their status. So each one stays in the process table in state Z, and takes up a pid. Waiting only for the command is not enough.",
					try: "In pid 1, at each SIGCHLD, call waitpid(-1, WNOHANG) until it returns pid 0. -1 means any child.",
					see: [PID_1_MANUAL, "waitpid(2), NOTES"],
				},
			],
		},
		{
			fact: "signals.lost",
			madeOf: "kernel",
			what: "signals that were sent to pid 1 and did not reach the command",
			followsFrom: [EARLY_END, "init"],
			isConsequence: (context) => endedTooEarly(context) || String(context.facts["signals.lost"]).startsWith("unknown"),
			explain: signalsLost,
		},
		{
			fact: "signals.strayed",
			madeOf: "kernel",
			what: "signals that reached the wrong process",
			followsFrom: [EARLY_END, "signals.lost/signal-changed"],
			isConsequence: (context) =>
				endedTooEarly(context) ||
				sharesHostPids(context) ||
				String(context.facts["signals.strayed"]).startsWith("unknown") ||
				context.facts["signals.strayed"] === context.facts["signals.lost"],
			explain: signalsStrayed,
		},
		...(["exit.code", "exit.signal"] as const).map((fact) => ({
			fact,
			madeOf: "exercise" as const,
			what:
				fact === "exit.code"
					? "how the container ends when its command exits"
					: "how the container ends when a signal ends its command",
			isConsequence: (context: Context) => endedTooEarly(context) || disturbedBySignals(context),
			followsFrom: fact === "exit.code" ? [EARLY_END] : [EARLY_END, "exit.code"],
			explain: endingLost(fact),
		})),
		{
			fact: "left.processes",
			madeOf: "kernel",
			what: "processes left behind",
			isConsequence: sharesHostPids,
			explain: [
				{
					when: leavesInit,
					diagnosis: "init-left-behind",
					why: "The container's command has ended and box has returned. But pid 1 of the namespace still runs, and so does everything that the command has left behind. When pid 1 ends, the kernel kills all other processes of the namespace with SIGKILL.",
					try: "End pid 1 when the command has ended, and have the process outside wait for pid 1.",
					see: [PID_1_MANUAL],
				},
				...processesLeft("enterPidNamespace").explain,
			],
		},
	],
	exceptions: refusals,
});
