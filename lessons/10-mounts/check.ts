import { defineCheck, type FactRule, unsharedInChild } from "../../harness/judge/index.ts";
import { devRules } from "./dev.ts";
import { deriveMounts } from "./facts.ts";
import { procRules } from "./proc.ts";
import { refusals } from "./refusals.ts";
import { drawInputs, scenarioOf } from "./scenario.ts";

const SYS_RISKS: readonly (readonly [RegExp, string])[] = [
	[/^\/sys: without ro\b/, "Root in the container is root, so it could change settings of the host's devices in /sys."],
	[/cgroup: without ro\b/, "Root in the container could lift the limits of its own cgroup in /sys/fs/cgroup."],
	[
		/without .*no(suid|dev|exec)/,
		"A container needs no programs, no setuid bits and no devices in these directories, so its engine forbids all three.",
	],
];
const sysRisks = (flaws: readonly string[]) =>
	SYS_RISKS.filter(([risky]) => flaws.some((flaw) => risky.test(flaw)))
		.map(([, risk]) => risk)
		.join(" ");

const sysRules: FactRule[] = [
	{
		fact: "sys.mounts",
		madeOf: "kernel",
		what: "what is wrong with /sys and /sys/fs/cgroup",
		explain: [
			{
				when: ({ facts }) => [facts["sys.mounts"] ?? []].flat().some((flaw) => String(flaw).includes(" no ")),
				diagnosis: "sys-not-mounted",
				why: ({ facts }) =>
					`In the command's mount table: ${[facts["sys.mounts"] ?? []].flat().join("; ")}. From these two directories, programs learn their network interfaces, processors and limits.`,
				try: 'mount("sysfs", "/sys", "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, null), and then the same with cgroup2 on /sys/fs/cgroup. The order matters: a later mount on /sys covers what is below.',
				see: ["mount(2)", "sysfs(5)", "cgroups(7), CGROUPS VERSION 2"],
			},
			{
				diagnosis: "sys-open",
				why: ({ facts }) =>
					`In the command's mount table: ${[facts["sys.mounts"] ?? []].flat().join("; ")}. ${sysRisks([facts["sys.mounts"] ?? []].flat().map(String))}`,
				try: "Mount both with MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC.",
				see: ["mount(2)", "sysfs(5)"],
			},
		],
	},
	{
		fact: "ns.cgroup",
		madeOf: "kernel",
		what: "the command's cgroup namespace",
		explain: [
			unsharedInChild("CLONE_NEWCGROUP"),
			{
				diagnosis: "cgroup-shared",
				why: "/proc/PID/ns/cgroup is the host's. So /proc/self/cgroup in the container shows the whole path of its cgroup on the host, /box/ID. A cgroup file system that is mounted in the container shows the cgroups of all containers.",
				try: "Call unshare(CLONE_NEWCGROUP) in prepareRootfs: the engine has already put the process into its cgroup.",
				see: ["cgroup_namespaces(7)"],
			},
		],
	},
	{
		fact: "cgroup.top",
		madeOf: "kernel",
		what: "the top of what is mounted on /sys/fs/cgroup",
		followsFrom: ["sys.mounts/sys-not-mounted", "ns.cgroup"],
		accept: (got) => got === "nothing is mounted",
		explain: [
			{
				diagnosis: "cgroup-mounted-too-early",
				why: "The top of /sys/fs/cgroup in the container is not the container's own cgroup. The top of a mount of cgroup2 is the top of the cgroup namespace that the process was in when it called mount.",
				try: "Call unshare(CLONE_NEWCGROUP) first, then mount.",
				see: ["cgroup_namespaces(7)"],
			},
		],
	},
];

// "etc.resolv.conf" → "resolv-conf"
const diagnosisOf = (fact: string) => fact.replace("etc.", "").replace(".", "-");

const nameRule = (fact: string, path: string, why: string, tryThis: string): FactRule => ({
	fact,
	madeOf: "files",
	what: path,
	explain: [
		{
			when: ({ facts }) => facts[fact] === "missing",
			diagnosis: `${diagnosisOf(fact)}-missing`,
			why: `There is no ${path} in the container. ${why}`,
			try: tryThis,
			see: [],
		},
		{
			diagnosis: `${diagnosisOf(fact)}-wrong`,
			why: ({ process }) =>
				`${path} in the container says: ${JSON.stringify(process?.files[path.slice(1)]?.text ?? "")}. ${why}`,
			try: tryThis,
			see: [],
		},
	],
});

export default defineCheck({
	module: "prepare-rootfs.ts",
	exported: "prepareRootfs",
	weight: 15,
	groups: [
		{ title: "devices, and only these", points: 4, facts: ["dev.mount", "dev.devices", "dev.modes", "dev.links"] },
		{ title: "terminals, shared memory, message queues", points: 2, facts: ["dev.pts", "dev.ptmx", "dev.mounts"] },
		{ title: "a /sys that shows its own cgroup", points: 3, facts: ["sys.mounts", "ns.cgroup", "cgroup.top"] },
		{
			title: "settings of the kernel that stay as they are",
			points: 2,
			facts: ["proc.writable", "proc.rest", "proc.hidden", "host.core-pattern"],
		},
		{ title: "files of the kernel that are covered", points: 2, facts: ["proc.readable"] },
		{ title: "names", points: 1, facts: ["etc.hostname", "etc.hosts", "etc.resolv.conf"] },
	],
	lessonSummary:
		"A program expects more than its own files: devices, terminals, /sys, names. All of them are mounts and files that the engine makes for this one container. And what is left of the host's kernel in /proc and /sys is covered, or read-only.",
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveMounts,
	facts: [
		...devRules,
		...sysRules,
		...procRules,
		nameRule(
			"etc.hostname",
			"/etc/hostname",
			"Programs read the container's name there at their start. The hostname that uname(2) returns was set in lesson 02; setting it writes no file in /etc.",
			"Write the hostname and a line end.",
		),
		nameRule(
			"etc.hosts",
			"/etc/hosts",
			"Programs look up names there before they ask a server. Without a line for localhost, many cannot connect to themselves; and a container must find its own name.",
			"Write one line for 127.0.0.1 and localhost, and one for the address and the hostname: hosts(5).",
		),
		nameRule(
			"etc.resolv.conf",
			"/etc/resolv.conf",
			"It names the servers that the container asks for names that are not in /etc/hosts.",
			"Write a line nameserver ADDRESS for each of names.nameservers: resolv.conf(5).",
		),
	],
	exceptions: refusals,
});
