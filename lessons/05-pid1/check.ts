import { type Context, defineCheck, unsharedInChild } from "../../harness/judge/index.ts";
import { deriveFacts } from "./facts.ts";
import { disturbedBySignals, endingLost, signalsLost, signalsStrayed } from "./later-containers.ts";
import {
	childEndNotHeard,
	endedTooEarly,
	notBlocked,
	onlyChildrenMoved,
	orphansMissing,
	ownGroupOnly,
	PID_1_SIGNALS,
	refusals,
	sharesHostPids,
	whyCommandIsPid1,
} from "./refusals.ts";
import { ORPHANS, scenario } from "./scenario.ts";

export default defineCheck({
	module: "pid1.ts",
	exported: "enterPidNamespace",
	weight: 15,
	learnt:
		"A PID namespace numbers its processes from 1, and its pid 1 is special: the kernel protects it from signals, gives it every orphan, and ends all others with it. So a container needs an init, and /proc has to be mounted by a process inside.",
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
			explain: whyCommandIsPid1,
		},
		{
			fact: "told.init",
			madeOf: "kernel",
			what: "containers whose command is sent signals and that have no pid 1 beside it",
			follows: (context) =>
				sharesHostPids(context) || context.facts["init"] !== "another process" || endedTooEarly(context),
			explain: [
				{
					diagnosis: "init-once-only",
					why: "The first container has a PID namespace with an init in it, and these have not: enterPidNamespace does not do the same each time that it is called. Each container is another call, of another engine.",
					try: "Have enterPidNamespace depend on nothing that an earlier call has left behind.",
					see: ["pid_namespaces(7)"],
				},
			],
		},
		{
			fact: "command.proc",
			madeOf: "kernel",
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
					when: ({ facts }) => facts["command.proc"] === "none, but files of another file system",
					diagnosis: "proc-made-up",
					misconception: 7,
					why: "Something is mounted on the command's /proc, and it is no proc file system: the type in /proc/PID/mountinfo is another one. What lies there does not change when a process comes or goes.",
					try: 'Call mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null) in pid 1: the third argument is the type.',
					see: ["proc(5)", "mount(2)"],
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
			follows: (context) => endedTooEarly(context) || sharesHostPids(context),
			explain: [
				orphansMissing,
				ownGroupOnly,
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
			fact: "signals.lost",
			madeOf: "kernel",
			what: "signals that were sent to pid 1, and that the command never got",
			follows: endedTooEarly,
			explain: signalsLost,
		},
		{
			fact: "signals.strayed",
			madeOf: "kernel",
			what: "signals that came to somebody whom they were not for",
			follows: (context) =>
				endedTooEarly(context) ||
				sharesHostPids(context) ||
				context.facts["signals.strayed"] === context.facts["signals.lost"],
			explain: signalsStrayed,
		},
		...(["exit.code", "exit.signal"] as const).map((fact) => ({
			fact,
			madeOf: "exercise" as const,
			what:
				fact === "exit.code"
					? "how a container ends whose command exits"
					: "how a container ends whose command a signal ends",
			follows: (context: Context) => endedTooEarly(context) || disturbedBySignals(context),
			explain: endingLost(fact),
		})),
		{
			fact: "left.processes",
			madeOf: "kernel",
			what: "processes left behind",
			follows: sharesHostPids,
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
