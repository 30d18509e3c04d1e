import { called, defineCheck, type FactRule } from "../../harness/grade/index.ts";

/** The kinds of namespace that this lesson must leave alone. */
const SHARED: readonly [kind: string, flag: string, holds: string][] = [
	["mnt", "CLONE_NEWNS", "mount"],
	["pid_for_children", "CLONE_NEWPID", "PID"],
	["net", "CLONE_NEWNET", "network"],
	["user", "CLONE_NEWUSER", "user"],
	["cgroup", "CLONE_NEWCGROUP", "cgroup"],
	["time_for_children", "CLONE_NEWTIME", "time"],
];

const stillShared: FactRule[] = SHARED.map(([kind, flag, name]) => ({
	fact: `ns.${kind}`,
	what: `the command's ${name} namespace`,
	explain: [
		{
			diagnosis: "unshared-too-much",
			why: `/proc/PID/ns/${kind} differs from the host's: ${flag} was asked for, and this lesson does not need it. A container is made of single walls; each one is built when we know what it is for.`,
			try: "Ask unshare for CLONE_NEWUTS and CLONE_NEWIPC, and for nothing else.",
			see: ["unshare(2)", "namespaces(7)"],
		},
	],
}));

export default defineCheck({
	module: "isolate.ts",
	exported: "isolate",
	goal: "namespaces: a hostname and a message queue of one's own",
	learnt:
		"A namespace is a view. One call, unshare, gave this process a hostname and a System V IPC of its own; its files, its network and its processes are still the host's.",
	draw: (random) => ({ hostname: random.hostname() }),
	scenario: ({ hostname = "" }) => ({
		does: `box run --hostname ${hostname} sh, while a System V message queue is on the host`,
		prepare: [{ do: "exec", argv: ["/usr/bin/ipcmk", "--queue"] }],
		options: { hostname },
		exitCode: 0,
	}),
	facts: [
		{
			fact: "host.hostname.during",
			what: "the host's hostname while the command runs",
			explain: [
				{
					when: (context) => !called(context, "unshare", "CLONE_NEWUTS"),
					diagnosis: "host-renamed",
					why: "sethostname changes the UTS namespace that the caller is in, and the command is still in the host's: /proc/PID/ns/uts is the same for both. So the host itself was renamed.",
					try: "Call unshare(CLONE_NEWUTS | CLONE_NEWIPC) first.",
					see: ["uts_namespaces(7)", "sethostname(2)"],
				},
				{
					diagnosis: "hostname-set-too-early",
					why: "The new UTS namespace starts as a copy of the old one. sethostname came before unshare, so it changed the host's name, and the copy took it along: from inside, all looks right.",
					try: "Move sethostname behind unshare.",
					see: ["uts_namespaces(7)"],
				},
			],
		},
		{
			fact: "ns.uts",
			what: "the command's UTS namespace",
			explain: [
				{
					diagnosis: "uts-shared",
					why: "/proc/PID/ns/uts is the same link for the command and for the host's init: both have one hostname between them.",
					try: "Pass CLONE_NEWUTS to unshare, before sethostname.",
					see: ["unshare(2)", "uts_namespaces(7)"],
				},
			],
		},
		{
			fact: "command.hostname",
			what: "the hostname that the command sees",
			explain: [
				{
					when: ({ facts }) => facts["ns.uts"] === "the host's",
					diagnosis: "uts-shared",
					why: "The command has the host's UTS namespace, and so the host's name.",
					try: "Call unshare with CLONE_NEWUTS, then sethostname.",
					see: ["uts_namespaces(7)"],
				},
				{
					when: (context) => !called(context, "sethostname"),
					diagnosis: "hostname-not-set",
					why: "A new UTS namespace starts as a copy of the old one, hostname included. Nobody has set it since.",
					try: "Call sethostname(hostname) after unshare.",
					see: ["uts_namespaces(7)", "sethostname(2)"],
				},
				{
					diagnosis: "wrong-hostname",
					why: "sethostname was called with another name than the one that isolate was given.",
					try: "Pass it the parameter, as it is.",
					see: ["sethostname(2)"],
				},
			],
		},
		{
			fact: "ns.ipc",
			what: "the command's IPC namespace",
			explain: [
				{
					diagnosis: "ipc-shared",
					why: "/proc/PID/ns/ipc is the same link for the command and for the host's init. Nothing is printed that would show it, but the message queue that was made on the host is there in the container too.",
					try: "Add CLONE_NEWIPC to the flags of unshare: CLONE_NEWUTS | CLONE_NEWIPC.",
					see: ["ipc_namespaces(7)", "unshare(2)"],
				},
			],
		},
		{
			fact: "command.queues",
			what: "System V message queues that the command sees (/proc/sysvipc/msg)",
			explain: [
				{
					diagnosis: "ipc-shared",
					why: "The queue was made on the host, before the container was. The command can read it, and remove it.",
					try: "Add CLONE_NEWIPC to the flags of unshare.",
					see: ["ipc_namespaces(7)", "sysvipc(7)"],
				},
			],
		},
		...stillShared,
		{
			fact: "host.hostname.after",
			what: "the host's hostname after the command has ended",
			explain: [
				{
					diagnosis: "host-renamed",
					why: "The host's name was changed and stays so: a hostname belongs to the namespace, not to the process that set it.",
					try: "Call unshare before sethostname.",
					see: ["uts_namespaces(7)"],
				},
			],
		},
		{
			fact: "left.processes",
			what: "processes left behind",
			explain: [
				{
					diagnosis: "processes-left",
					why: "When the command had ended, these were still there. Nobody waits for them.",
					try: "isolate needs no process of its own: unshare works on the caller.",
					see: ["unshare(2)"],
				},
			],
		},
	],
	exceptions: [
		{
			when: ({ thrown }) => thrown?.syscall?.call === "unshare" && thrown.syscall.code === "EINVAL",
			diagnosis: "unshare-invalid-flags",
			why: "The kernel knows no such combination of flags: EINVAL. A common cause is a comma or a string where CLONE_NEWUTS | CLONE_NEWIPC should be.",
			try: "Combine the constants with |.",
			see: ["unshare(2), ERRORS"],
		},
		{
			when: ({ thrown }) => thrown?.syscall?.call === "sethostname" && thrown.syscall.code === "EINVAL",
			diagnosis: "hostname-too-long",
			why: "A hostname has at most 64 bytes.",
			try: "Pass the parameter as it is.",
			see: ["sethostname(2), ERRORS"],
		},
	],
});
