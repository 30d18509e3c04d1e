import {
	BOX,
	called,
	calledOnlyInChildren,
	commandRefused,
	DURING,
	defineCheck,
	FAILED_START,
	noSecrets,
	refused,
	secretsFound,
	secretsOf,
	writeSecrets,
} from "../../harness/judge/index.ts";
import { ESCAPED, rootBeforeBreakOut, rootfsOf } from "./break-out.ts";
import { breakOutNeverEnds, breakOutRules, openedFile } from "./break-out-rules.ts";

export default defineCheck({
	module: "chroot.ts",
	exported: "enterRoot",
	weight: 10,
	groups: [
		{ title: "a root of its own", points: 4, facts: ["command.root", "command.secrets"] },
		{
			title: "a current directory in the root",
			points: 1,
			facts: ["command.cwd"],
			onlyWith: ["a root of its own"],
		},
		{ title: "the way out of the root", points: 4, facts: ["escaped.before", "escaped.file"] },
	],
	lessonSummary:
		"chroot changes where a process's absolute paths start, and nothing else. The host's files are all still there: a process that runs as root can call chroot again, and climb back to them. A container needs a root that is not part of the host's tree.",
	draw: (random) => ({
		rootfs: `/lab/${random.name("outer")}/${random.name("inner")}/${random.name("rootfs")}`,
		marker: random.name("marker"),
		secret: random.name("host-secret"),
	}),
	scenario: ({ rootfs = "", marker = "", secret = "" }) => ({
		does: `ran two containers in ${rootfs}: the first runs sh; the second calls breakOut, and then runs sh, which opens /${secret} of the host`,
		prepare: [
			{ do: "copy", from: "/lab/rootfs", to: rootfs },
			{ do: "write", path: `${rootfs}/${marker}`, text: "" },
			...writeSecrets(secret),
		],
		calls: {
			[BOX]: { options: { rootfs } },
			[ESCAPED]: {
				about: "it calls breakOut first, and its command opens a file of the host",
				options: { rootfs, escape: true },
				// The driver stops the process where the break-out begins.
				until: "stops",
				script: `[ -r /${secret} ] && exec 3</${secret}; pause`,
			},
		},
		readings: { places: { paths: [rootfs], secrets: secretsOf(secret) } },
		steps: [
			{ do: "call", call: BOX },
			{ do: "call", call: ESCAPED },
			{ do: "look", as: DURING },
			{ do: "feed", call: BOX, last: true },
			{ do: "feed", call: ESCAPED, last: true },
		],
	}),
	rootfs: rootfsOf,
	derive: (observation, drawn) => ({
		"escaped.file": openedFile(observation, drawn),
		"escaped.before": rootBeforeBreakOut(observation, drawn),
		...secretsFound(observation, drawn["secret"] ?? ""),
	}),
	facts: [
		{
			fact: "left.processes",
			madeOf: "kernel",
			what: "processes left behind",
			explain: [
				{
					diagnosis: "processes-left",
					why: "A process that your module started is still there after the command has ended. No process has to keep a root: every process has its own root, and its children inherit this root.",
					try: "Start no process: chroot changes the root of its caller.",
					see: ["chroot(2)"],
				},
			],
		},
		{
			fact: "command.root",
			madeOf: "kernel",
			what: "the command's root directory in /proc/PID/root",
			followsFrom: [FAILED_START],
			explain: [
				{
					when: ({ facts }) => facts["command.root"] !== "the host's",
					diagnosis: "root-elsewhere",
					why: ({ process, drawn }) =>
						`/proc/PID/root is not ${drawn["rootfs"]}, but another directory. It contains ${process?.root.slice(0, 8).join(", ")}.`,
					try: "Pass the parameter to chroot: chroot(rootfs). Each container has another rootfs.",
					see: ["chroot(2)", "path_resolution(7)"],
				},
				{
					when: (context) => calledOnlyInChildren(context, "chroot"),
					diagnosis: "root-unchanged",
					why: "The command's / is the host's. A child called chroot, and this changed only the child's root: each process has its own.",
					try: "Call chroot(rootfs) without forking first: the engine has already forked the process that becomes the command.",
					see: ["chroot(2)", "fork(2)"],
				},
				{
					diagnosis: "root-unchanged",
					why: "The command's / is the host's. chdir changes only where relative paths start. A path that begins with / starts at the process's root, which is unchanged.",
					try: "Call chroot(rootfs).",
					see: ["chroot(2)", "path_resolution(7)"],
				},
			],
		},
		noSecrets,
		{
			fact: "command.cwd",
			madeOf: "kernel",
			what: "the command's current directory in /proc/PID/cwd",
			followsFrom: [FAILED_START],
			explain: [
				{
					diagnosis: "cwd-outside",
					misconception: 6,
					why: "/proc/PID/cwd is not below /proc/PID/root: chroot changed the root, but the current directory is still among the host's files. The command can read them by relative paths, without any break-out.",
					try: 'Call chdir("/") after chroot.',
					see: ["chroot(2), DESCRIPTION", "chdir(2)"],
				},
			],
		},
		...breakOutRules,
		{
			fact: "host.mounts.after",
			madeOf: "kernel",
			what: "mounts that the host did not have before",
			followsFrom: [],
			explain: [
				{
					when: ({ observation: { calls } }) =>
						Object.values(calls).some((call) => called(call, "unshare", "CLONE_NEWNS")),
					diagnosis: "mounts-left",
					why: "Your program called unshare with CLONE_NEWNS. But in a new mount namespace, a mount on a shared mount also appears in the host's /proc/self/mountinfo, and stays there after the command has ended.",
					try: 'Unmount everything that you mount. Or make all mounts private before you mount anything: mount(null, "/", null, MS_REC | MS_PRIVATE, null).',
					see: ["mount_namespaces(7)", "mount(2)"],
				},
				{
					diagnosis: "mounts-left",
					why: "A process with another root still has the host's mount table. So a mount that it makes is a line in the host's /proc/self/mountinfo, and stays there after the command has ended.",
					try: "Use only chroot and chdir, or unmount everything that you mount.",
					see: ["mount(2)", "umount2(2)"],
				},
			],
		},
	],
	exceptions: [
		breakOutNeverEnds,
		{
			when: (context) => refused("chdir", "ENOENT")(context) && called(context, "chroot"),
			diagnosis: "path-of-old-root",
			why: ({ thrown }) =>
				`chdir(${thrown?.syscall?.args["path"]}) was called after chroot. Since chroot, this process's absolute paths start at the new root, so the path of the rootfs is / now.`,
			try: 'Call chdir("/").',
			see: ["chroot(2)", "path_resolution(7)"],
		},
		{
			when: commandRefused("ENOENT"),
			diagnosis: "command-not-in-root",
			why: "The kernel did not find the command, /bin/sh, in the root that enterRoot set. So this root is not the rootfs.",
			try: 'Pass the parameter to chroot: chroot(rootfs). A relative path, such as ".", starts at the current directory, which need not be the rootfs.',
			see: ["chroot(2)", "path_resolution(7)"],
		},
	],
});
