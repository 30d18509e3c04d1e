import {
	BOX,
	called,
	defineCheck,
	type Explanation,
	type FactRule,
	processesLeft,
	unsharedInChild,
} from "../../harness/judge/index.ts";

/** The kinds of namespace that this lesson must leave alone. */
const SHARED: readonly [kind: string, flag: string, holds: string][] = [
	["mnt", "CLONE_NEWNS", "mount"],
	["net", "CLONE_NEWNET", "network"],
	["user", "CLONE_NEWUSER", "user"],
	["cgroup", "CLONE_NEWCGROUP", "cgroup"],
	["time_for_children", "CLONE_NEWTIME", "time"],
];

const ONLY_THESE = "Ask unshare for CLONE_NEWUTS and CLONE_NEWIPC, and for nothing else.";

const stillShared: FactRule[] = SHARED.map(([kind, flag, name]) => ({
	fact: `ns.${kind}`,
	madeOf: "kernel",
	what: `the command's ${name} namespace`,
	explain: [
		{
			diagnosis: "unshared-too-much",
			why: `/proc/PID/ns/${kind} differs from the host's: ${flag} was asked for, and this lesson does not need it. A container is made of single walls; each one is built when we know what it is for.`,
			try: ONLY_THESE,
			see: ["unshare(2)", "namespaces(7)"],
		},
	],
}));

/**
 * Why the command is still in the host's namespace, according to the ledger; `otherwise` if the ledger does not show
 * it.
 */
const notUnshared = (flag: string, ...otherwise: Explanation[]): Explanation[] => [
	{
		when: ({ ledger, thrown }) =>
			thrown === null && ledger.some(({ call, error }) => call === "unshare" && error !== undefined),
		diagnosis: "refusal-swallowed",
		why: ({ ledger }) => {
			const refused = ledger.find(({ call, error }) => call === "unshare" && error !== undefined);
			return `The kernel refused unshare(${refused?.args["flags"]}) with ${refused?.error}. That exception was caught, and the program went on in the host's namespaces.`;
		},
		try: "Let the exception through, and read it: a refused call has changed nothing.",
		see: ["unshare(2), ERRORS"],
	},
	unsharedInChild(flag),
	{
		when: (context) => called(context, "unshare", "0"),
		diagnosis: "unshare-without-flags",
		why: "unshare was called with 0, which asks for nothing, and the kernel did just that. CLONE_NEWUTS and CLONE_NEWIPC have no bit in common, so & makes 0 of them.",
		try: "Combine the constants with |.",
		see: ["unshare(2)"],
	},
	...otherwise,
];

const hostRenamed: Explanation[] = [
	...notUnshared("CLONE_NEWUTS"),
	{
		when: ({ ledger }) => {
			const first = (name: string) => ledger.findIndex(({ call }) => call === name);
			return called({ ledger }, "unshare", "CLONE_NEWUTS") && first("sethostname") < first("unshare");
		},
		diagnosis: "hostname-set-too-early",
		why: "The new UTS namespace starts as a copy of the old one. sethostname came before unshare, so it changed the host's name, and the copy took it along: from inside, all looks right.",
		try: "Move sethostname behind unshare.",
		see: ["uts_namespaces(7)"],
	},
	{
		diagnosis: "host-renamed",
		why: "A hostname belongs to a UTS namespace, not to a process: sethostname and hostname(1) rename the one that their caller is in. At that moment it was the host's, so the host itself was renamed.",
		try: "Call unshare(CLONE_NEWUTS | CLONE_NEWIPC) first.",
		see: ["uts_namespaces(7)", "sethostname(2)"],
	},
];

export default defineCheck({
	module: "isolate.ts",
	exported: "isolate",
	weight: 10,
	learnt:
		"A namespace is a view. One call, unshare, gave this process a hostname and a System V IPC of its own; its files, its network and its processes are still the host's.",
	draw: (random) => ({ hostname: random.hostname() }),
	scenario: ({ hostname = "" }) => ({
		does: `ran sh with the hostname ${hostname}, while a System V message queue was on the host`,
		prepare: [{ do: "run", argv: ["ipcmk", "--queue"] }],
		calls: { [BOX]: { options: { hostname } } },
	}),
	facts: [
		processesLeft("isolate"),
		{
			fact: "host.hostname.during",
			madeOf: "kernel",
			what: "the host's hostname while the command runs",
			explain: hostRenamed,
		},
		{
			fact: "ns.uts",
			madeOf: "kernel",
			what: "the command's UTS namespace",
			explain: notUnshared("CLONE_NEWUTS", {
				diagnosis: "uts-shared",
				why: "/proc/PID/ns/uts is the same link for the command and for the host's init: both have one hostname between them.",
				try: "Call unshare with CLONE_NEWUTS, in isolate itself: a program that you start, unshare(1) too, changes only itself, and what comes after an await comes too late.",
				see: ["unshare(2)", "uts_namespaces(7)"],
			}),
		},
		{
			fact: "command.hostname",
			madeOf: "kernel",
			what: "the hostname that the command sees",
			// A command in the host's UTS namespace sees the host's name; ns.uts has reported that.
			accept: (_, { facts }) => facts["ns.uts"] === "the host's",
			explain: [
				{
					when: ({ facts, observation }) => facts["command.hostname"] === observation.before.hostname,
					diagnosis: "hostname-not-set",
					why: "A new UTS namespace starts as a copy of the old one, hostname included. Nobody has set it since.",
					try: "Call sethostname(hostname) after unshare.",
					see: ["uts_namespaces(7)", "sethostname(2)"],
				},
				{
					diagnosis: "wrong-hostname",
					why: "The command's UTS namespace has another name than the one that isolate was given. The kernel keeps a name byte by byte, and a new one is given to every run.",
					try: "Pass sethostname the parameter, as it is.",
					see: ["sethostname(2)"],
				},
			],
		},
		{
			fact: "ns.ipc",
			madeOf: "kernel",
			what: "the command's IPC namespace",
			explain: notUnshared("CLONE_NEWIPC", {
				diagnosis: "ipc-shared",
				why: "/proc/PID/ns/ipc is the same link for the command and for the host's init. Nothing that you printed would show it, but the message queue that was made on the host is there in the container too.",
				try: "Add CLONE_NEWIPC to the flags of unshare: CLONE_NEWUTS | CLONE_NEWIPC.",
				see: ["ipc_namespaces(7)", "unshare(2)"],
			}),
		},
		{
			fact: "command.queues",
			madeOf: "kernel",
			what: "System V message queues that the command sees (/proc/sysvipc/msg)",
			explain: notUnshared("CLONE_NEWIPC", {
				diagnosis: "ipc-shared",
				why: "The queue was made on the host, before the container was. The command can read it, and remove it.",
				try: "Add CLONE_NEWIPC to the flags of unshare.",
				see: ["ipc_namespaces(7)", "sysvipc(7)"],
			}),
		},
		...stillShared,
		{
			fact: "ns.pid_for_children",
			madeOf: "kernel",
			what: "the PID namespace of the command's children",
			explain: [
				{
					diagnosis: "unshared-too-much",
					misconception: 1,
					why: "CLONE_NEWPID was asked for, and this lesson does not need it. Nor did it do what it seems to: /proc/PID/ns/pid is still the host's, only ns/pid_for_children differs. The next child would be pid 1, not this process.",
					try: ONLY_THESE,
					see: ["unshare(2)", "pid_namespaces(7)"],
				},
			],
		},
		{
			fact: "host.hostname.after",
			madeOf: "kernel",
			what: "the host's hostname after the command has ended",
			explain: hostRenamed,
		},
	],
	exceptions: [
		{
			when: ({ thrown }) => thrown?.syscall?.call === "unshare" && thrown.syscall.code === "EINVAL",
			diagnosis: "unshare-invalid-flags",
			why: ({ thrown }) =>
				`unshare(${thrown?.syscall?.args["flags"]}) was refused: EINVAL. There is a bit in it that unshare does not know, or that needs another. It takes no signal, as clone(2) does.`,
			try: "Pass CLONE_NEWUTS | CLONE_NEWIPC, and nothing else.",
			see: ["unshare(2), ERRORS"],
		},
		{
			when: ({ thrown }) => thrown?.syscall?.call === "sethostname" && thrown.syscall.code === "EINVAL",
			diagnosis: "hostname-too-long",
			why: ({ thrown }) =>
				`A hostname has at most 64 bytes (HOST_NAME_MAX), and this one has ${thrown?.syscall?.args["len"]}. A domain name is no part of it.`,
			try: "Pass the parameter as it is.",
			see: ["sethostname(2), ERRORS"],
		},
	],
});
