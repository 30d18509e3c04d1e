import {
	BOX,
	called,
	defineCheck,
	type Explanation,
	FAILED_START,
	type FactRule,
	type LedgerCall,
	processesLeft,
	unsharedInChild,
} from "../../harness/judge/index.ts";

/** The kinds of namespace that the exercise must not change. The PID namespace has a rule of its own, below. */
const MUST_STAY_SHARED: readonly [kind: string, flag: string, name: string][] = [
	["mnt", "CLONE_NEWNS", "mount"],
	["net", "CLONE_NEWNET", "network"],
	["user", "CLONE_NEWUSER", "user"],
	["cgroup", "CLONE_NEWCGROUP", "cgroup"],
	["time_for_children", "CLONE_NEWTIME", "time"],
];

const ONLY_UTS_AND_IPC = "Call unshare with CLONE_NEWUTS and CLONE_NEWIPC, and with no other flag.";

const sharedNamespaceRules: FactRule[] = MUST_STAY_SHARED.map(([kind, flag, name]) => ({
	fact: `ns.${kind}`,
	madeOf: "kernel",
	what: `the command's ${name} namespace`,
	followsFrom: [FAILED_START],
	explain: [
		{
			diagnosis: "unshared-too-much",
			why: `/proc/PID/ns/${kind} differs from the host's: a new ${name} namespace was made (${flag}). In this lesson, a container gets only a UTS namespace and an IPC namespace of its own.`,
			try: ONLY_UTS_AND_IPC,
			see: ["unshare(2)", "namespaces(7)"],
		},
	],
}));

/** The first unshare with this flag that the kernel refused. */
const refusedUnshare = (ledger: readonly LedgerCall[], flag: string): LedgerCall | undefined =>
	ledger.find(
		({ call, args, error }) => call === "unshare" && error !== undefined && args["flags"]?.split("|").includes(flag),
	);

/** Explains why an unshare with this flag did not move the command: another process made the call. */
const unsharedElsewhere = (flag: string, diagnosis: string): Explanation => ({
	when: (context) => called(context, "unshare", flag),
	diagnosis,
	why: `The list of your system calls has unshare with ${flag}, but the command's link in /proc/PID/ns is still the host's. unshare moves the process that calls it, and only the children that it forks later inherit the new namespace.`,
	try: "Call unshare in the process that becomes the command, or in its parent before the fork.",
	see: ["unshare(2)", "namespaces(7)"],
});

/**
 * Explanations of a command that is still in the host's namespace.
 * @param flag the flag of unshare(2) that makes a new namespace of this kind
 * @param otherwise further explanations, which are tried after these
 */
const whyStillShared = (flag: string, ...otherwise: Explanation[]): Explanation[] => [
	{
		when: ({ ledger, thrown }) => thrown === null && refusedUnshare(ledger, flag) !== undefined,
		diagnosis: "refusal-swallowed",
		why: ({ ledger }) => {
			const refused = refusedUnshare(ledger, flag);
			return `unshare(${refused?.args["flags"]}) failed with ${refused?.error}. A call that fails makes no new namespace. Your code caught the exception, and went on.`;
		},
		try: "Do not catch the exception, and read its message: a system call that fails changes nothing.",
		see: ["unshare(2), ERRORS"],
	},
	unsharedInChild(flag),
	{
		when: ({ ledger }) =>
			ledger.some(({ call, args, error }) => call === "unshare" && args["flags"] === "0" && error === undefined),
		diagnosis: "unshare-without-flags",
		why: "unshare was called with 0. This is not an error, but it changes nothing. CLONE_NEWUTS and CLONE_NEWIPC have no bit in common, so CLONE_NEWUTS & CLONE_NEWIPC is 0.",
		try: "Combine the flags with |.",
		see: ["unshare(2)"],
	},
	...otherwise,
];

const hostRenamedExplanations: Explanation[] = [
	...whyStillShared("CLONE_NEWUTS"),
	{
		when: ({ ledger }) => {
			const unshared = ledger.findIndex((entry) => called({ ledger: [entry] }, "unshare", "CLONE_NEWUTS"));
			return called({ ledger: ledger.slice(0, Math.max(0, unshared)) }, "sethostname");
		},
		diagnosis: "hostname-set-too-early",
		why: "sethostname was called before unshare, so it changed the host's name. A new UTS namespace starts as a copy of the old one, name included. So the command sees the right name, but the host has it as well.",
		try: "Call sethostname after unshare.",
		see: ["uts_namespaces(7)"],
	},
	{
		diagnosis: "host-renamed",
		why: "A hostname belongs to a UTS namespace, not to a process: sethostname and hostname(1) set the name of the namespace that their caller is in. The caller was still in the host's UTS namespace, so the host itself was renamed.",
		try: "Call unshare(CLONE_NEWUTS | CLONE_NEWIPC) first.",
		see: ["uts_namespaces(7)", "sethostname(2)"],
	},
];

export default defineCheck({
	module: "isolate.ts",
	exported: "isolate",
	weight: 10,
	groups: [
		{
			title: "a hostname of its own",
			points: 4,
			facts: ["ns.uts", "command.hostname", "host.hostname.during", "host.hostname.after"],
		},
		{ title: "message queues of its own", points: 4, facts: ["ns.ipc", "command.queues"] },
		{
			title: "no other namespace",
			points: 1,
			facts: ["ns.mnt", "ns.net", "ns.user", "ns.cgroup", "ns.time_for_children", "ns.pid_for_children"],
			onlyWith: ["a hostname of its own", "message queues of its own"],
		},
	],
	lessonSummary:
		"A namespace decides what a process sees of one kind of kernel object. One call, unshare, gave this process its own hostname and its own System V message queues. Its files, its network and its processes are still the host's.",
	draw: (random) => ({ hostname: random.hostname() }),
	scenario: ({ hostname = "" }) => ({
		does: `made a System V message queue on the host, and ran sh with the hostname ${hostname}`,
		prepare: [{ do: "run", argv: ["ipcmk", "--queue"] }],
		calls: { [BOX]: { options: { hostname } } },
	}),
	facts: [
		processesLeft("isolate"),
		{
			fact: "host.hostname.during",
			madeOf: "kernel",
			what: "the host's hostname while the command runs",
			followsFrom: [FAILED_START],
			explain: hostRenamedExplanations,
		},
		{
			fact: "ns.uts",
			madeOf: "kernel",
			what: "the command's UTS namespace",
			followsFrom: ["host.hostname.during"],
			explain: whyStillShared("CLONE_NEWUTS", unsharedElsewhere("CLONE_NEWUTS", "uts-shared"), {
				diagnosis: "uts-shared",
				why: "/proc/PID/ns/uts is the same link for the command and for the host's init: the command shares the host's hostname.",
				try: "Call unshare with CLONE_NEWUTS, directly in isolate. A program that you start, such as unshare(1), changes only its own namespaces. Code after an await runs too late.",
				see: ["unshare(2)", "uts_namespaces(7)"],
			}),
		},
		{
			fact: "command.hostname",
			madeOf: "kernel",
			what: "the hostname that the command sees",
			followsFrom: [FAILED_START],
			// A command in the host's UTS namespace sees the host's name; ns.uts has reported that.
			accept: (_, { facts }) => facts["ns.uts"] === "the host's",
			explain: [
				{
					when: ({ facts, observation }) => facts["command.hostname"] === observation.before.hostname,
					diagnosis: "hostname-not-set",
					why: "The command still sees the host's name. A new UTS namespace starts as a copy of the old one, hostname included, and nobody has set another name in it.",
					try: "Call sethostname(hostname) after unshare.",
					see: ["uts_namespaces(7)", "sethostname(2)"],
				},
				{
					diagnosis: "wrong-hostname",
					why: "The command's UTS namespace does not have the name that isolate got. This name is different in every run, and the kernel stores it byte for byte.",
					try: "Pass the parameter to sethostname unchanged.",
					see: ["sethostname(2)"],
				},
			],
		},
		{
			fact: "ns.ipc",
			madeOf: "kernel",
			what: "the command's IPC namespace",
			followsFrom: [FAILED_START],
			explain: whyStillShared("CLONE_NEWIPC", unsharedElsewhere("CLONE_NEWIPC", "ipc-shared"), {
				diagnosis: "ipc-shared",
				why: "/proc/PID/ns/ipc is the same link for the command and for the host's init. So the message queue that was made on the host is visible in the container.",
				try: "Add CLONE_NEWIPC to the flags of unshare: CLONE_NEWUTS | CLONE_NEWIPC.",
				see: ["ipc_namespaces(7)", "unshare(2)"],
			}),
		},
		{
			fact: "command.queues",
			madeOf: "kernel",
			what: "System V message queues that the command sees (/proc/sysvipc/msg)",
			followsFrom: ["ns.ipc"],
			explain: whyStillShared("CLONE_NEWIPC", unsharedElsewhere("CLONE_NEWIPC", "ipc-shared"), {
				diagnosis: "ipc-shared",
				why: "The queue was made on the host before the container started. The command can read it, and can remove it.",
				try: "Add CLONE_NEWIPC to the flags of unshare.",
				see: ["ipc_namespaces(7)", "sysvipc(7)", "unshare(2), CLONE_NEWIPC"],
			}),
		},
		...sharedNamespaceRules,
		{
			fact: "ns.pid_for_children",
			madeOf: "kernel",
			what: "the PID namespace of the command's children",
			followsFrom: [FAILED_START],
			explain: [
				{
					when: ({ facts }) => facts["ns.pid"] !== "the host's",
					diagnosis: "unshared-too-much",
					why: "A new PID namespace was made (CLONE_NEWPID), and this lesson does not need one.",
					try: ONLY_UTS_AND_IPC,
					see: ["unshare(2)", "pid_namespaces(7)"],
				},
				{
					diagnosis: "unshared-too-much",
					misconception: 1,
					why: "A new PID namespace was made (CLONE_NEWPID), and this lesson does not need one. Besides, the command is not in it: /proc/PID/ns/pid is still the host's, and only ns/pid_for_children differs. The command's first child would be pid 1 there, not the command.",
					try: ONLY_UTS_AND_IPC,
					see: ["unshare(2)", "pid_namespaces(7)"],
				},
			],
		},
		{
			fact: "host.hostname.after",
			madeOf: "kernel",
			what: "the host's hostname after the command has ended",
			followsFrom: ["host.hostname.during"],
			explain: hostRenamedExplanations,
		},
	],
	exceptions: [
		{
			when: ({ thrown }) => thrown?.syscall?.call === "unshare" && thrown.syscall.code === "EINVAL",
			diagnosis: "unshare-invalid-flags",
			why: ({ thrown }) =>
				`unshare(${thrown?.syscall?.args["flags"]}) failed with EINVAL: the kernel does not accept these flags from this process. Unlike clone(2), unshare takes no signal.`,
			try: "Call unshare(CLONE_NEWUTS | CLONE_NEWIPC), with no other flag.",
			see: ["unshare(2), ERRORS"],
		},
		{
			when: ({ thrown }) => thrown?.syscall?.call === "sethostname" && thrown.syscall.code === "EINVAL",
			diagnosis: "hostname-too-long",
			why: "A hostname can have at most 64 bytes (HOST_NAME_MAX), and this one has more.",
			try: "Pass the parameter to sethostname unchanged. Add no domain name.",
			see: ["sethostname(2), ERRORS"],
		},
	],
});
