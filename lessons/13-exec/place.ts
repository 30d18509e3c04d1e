import { type Context, called, type FactRule } from "../../harness/judge/index.ts";
import { bothCommands, OWN } from "./facts.ts";

/** The rules about where the command is: its namespaces, its root, its directory. */

/** Kinds of namespaces that the command does not share with the container. */
const missing = ({ facts }: Context) => [facts["exec.namespaces"] ?? []].flat().map(String);

/** The indices in the ledger of the successful calls of this name with the word in an argument. */
const placesOf = ({ ledger }: Context, call: string, word = "") =>
	ledger.flatMap((entry, index) => (called({ ledger: [entry] }, call, word) ? [index] : []));
/** The first of these indices; -1 if there is none. */
const placeOf = (...call: Parameters<typeof placesOf>) => placesOf(...call)[0] ?? -1;

const enteredNothing = (context: Context) => !called(context, "setns", "");

export const placeRules: FactRule[] = [
	{
		fact: "exec.pid",
		madeOf: "kernel",
		what: "the command's PID namespace",
		explain: [
			{
				when: ({ observation }) => {
					const { own, entered } = bothCommands(observation);
					return own !== null && entered?.namespaces["pid_for_children"] === own.namespaces["pid"];
				},
				diagnosis: "not-forked",
				misconception: 1,
				why: "/proc/PID/ns/pid of the command is not the container's, but its pid_for_children is. A process never changes its PID namespace, because its pid would change. setns with CLONE_NEWPID is for the children that it forks from then on.",
				try: "Fork after setns. The child becomes the command, and the parent waits for it.",
				see: ["setns(2), PID namespaces", "pid_namespaces(7)"],
			},
			{
				when: ({ facts }) => facts["exec.pid"] === "another one",
				diagnosis: "new-pid-namespace",
				why: "The command is in a PID namespace that is neither the host's nor the container's. unshare makes a new namespace. The container's exists already.",
				try: "Enter it: setns(pidfdOpen(container.pid), CLONE_NEWPID | …). Then fork.",
				see: ["setns(2)", "pid_namespaces(7)"],
			},
			{
				when: enteredNothing,
				diagnosis: "not-entered",
				why: "No call of setns has succeeded. So the command has entered no namespace of the container: it runs among the host's processes.",
				try: "Begin with pidfdOpen(container.pid), and pass the descriptor to setns, with the six flags combined.",
				see: ["pidfd_open(2)", "setns(2)"],
			},
			{
				diagnosis: "pid-namespace-missing",
				why: "The command is still in the host's PID namespace: it sees and can signal processes of the host, and none in the container sees it. It also does not end with the container's PID 1.",
				try: "Call setns with CLONE_NEWPID, and fork afterwards: only children that are forked after this call are in the namespace.",
				see: ["setns(2), PID namespaces", "pid_namespaces(7)"],
			},
		],
	},
	{
		fact: "exec.namespaces",
		madeOf: "kernel",
		what: "kinds of namespaces that the command does not share with the container",
		followsFrom: ["exec.pid/not-entered"],
		explain: [
			{
				when: (context) => called(context, "unshare", ""),
				diagnosis: "new-namespaces",
				why: (context) =>
					`The links in /proc/PID/ns of the command and of the container differ: ${missing(context).join(", ")}. unshare makes new namespaces, which only this command is in. The container's exist already.`,
				try: "Use setns in place of unshare.",
				see: ["setns(2)", "namespaces(7)"],
			},
			{
				when: ({ facts, ...context }) => facts["exec.root"] === OWN && missing({ facts, ...context }).includes("mnt"),
				diagnosis: "root-without-mounts",
				why: "The command's root is the container's directory, but its mount namespace is the host's. This is no better than lesson 03: a process of root can get out again. Here it can do so by setns, because the root of its mount namespace is the host's root.",
				try: "Pass CLONE_NEWNS to setns. It moves the root and the current directory as well, so no chroot is needed.",
				see: ["setns(2)", "mount_namespaces(7)"],
			},
			{
				diagnosis: "namespaces-missing",
				why: (context) =>
					`The links in /proc/PID/ns of the command and of the container differ: ${missing(context).join(", ")}. For each of these kinds, the command is in the host's namespace, or in one of its own.`,
				try: "Combine all six flags: CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWUTS, CLONE_NEWIPC and CLONE_NEWCGROUP.",
				see: ["setns(2)", "namespaces(7)"],
			},
		],
	},
	{
		fact: "exec.root",
		madeOf: "kernel",
		what: "the command's root directory",
		followsFrom: ["exec.namespaces", "exec.pid/not-entered"],
		explain: [
			{
				diagnosis: "another-root",
				why: "/proc/PID/root of the command is not the container's root. setns with CLONE_NEWNS has made the root of the mount namespace the process's root, and something has moved it since; or the process has never entered the mount namespace.",
				try: "Leave the root as setns sets it. A working directory is a matter of chdir.",
				see: ["setns(2)", "chroot(2)"],
			},
		],
	},
	{
		fact: "exec.workdir",
		madeOf: "kernel",
		what: "the directory in which the command starts",
		followsFrom: ["exec.namespaces", "exec.pid/not-entered", "exec.root"],
		explain: [
			{
				when: (context) => {
					const setns = placeOf(context, "setns", "CLONE_NEWNS");
					const moves = placesOf(context, "chdir");
					return moves.length > 0 && moves.every((chdir) => chdir < setns);
				},
				diagnosis: "workdir-reset",
				why: ({ facts }) =>
					`The command starts in ${facts["exec.workdir"]}. In the list of your system calls, chdir comes before setns. When a process enters a mount namespace, the kernel makes that namespace's root its current directory.`,
				try: "Call chdir after setns.",
				see: ["setns(2)", "chdir(2)"],
			},
			{
				diagnosis: "workdir-ignored",
				why: (context) =>
					`The command starts in ${context.facts["exec.workdir"]}. ${called(context, "chdir") ? `It should start in ${context.drawn["workdir"]}, a link that leads to ${context.drawn["place"]}.` : "No call of chdir has succeeded, so the command is where setns has left the process."}`,
				try: "Call chdir(workdir) after setns.",
				see: ["chdir(2)"],
			},
		],
	},
];
