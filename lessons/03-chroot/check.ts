import {
	BOX,
	type Context,
	called,
	commandAt,
	commandRefused,
	DURING,
	defineCheck,
	type LedgerCall,
	noSecrets,
	type Observation,
	refused,
	rootOf,
	samePlace,
	secretsFound,
	secretsOf,
	writeSecrets,
} from "../../harness/judge/index.ts";
import {
	breakOutOf,
	breakOutThrew,
	callsOf,
	depthOf,
	ESCAPED,
	given,
	movedAlong,
	namesTheNewRoot,
	rootBefore,
	rootfsOf,
	rootMovedAfterClimb,
	stepsUp,
	triesToClimb,
	wallsOnTheWay,
} from "./facts.ts";

const escapedRan = ({ observation }: Context) => commandAt(observation, DURING, ESCAPED) !== null;
const inTheRootfs = ({ facts }: Context) => facts["escaped.file"] === `nothing: its root is the rootfs`;

// Root and file are recognised by their device and inode: a path or a name can be made elsewhere, too.
function opened(observation: Observation, drawn: Record<string, string>): string {
	const command = commandAt(observation, DURING, ESCAPED);
	const ending = observation.calls[ESCAPED]?.ending;
	if (command !== null) {
		const root = rootOf(observation.before, command, rootfsOf(drawn));
		const hasFile = samePlace(command.openPlaces["3"], observation.before.places[`/${drawn["secret"]}`]);
		return root === "the host's" && hasFile ? "a file of the host" : `nothing: its root is ${root}`;
	}
	if (ending?.how === "threw") return `nothing: ${ending.thrown.message}`;
	return "nothing: /bin/sh was not to be found";
}

export default defineCheck({
	module: "chroot.ts",
	exported: "enterRoot",
	weight: 10,
	learnt:
		"chroot moves the place where this process's paths start, and nothing else. The host's files are all still there: whoever is root and may call chroot again climbs back to them. A container needs a root that hangs from nothing.",
	draw: (random) => ({
		rootfs: `/lab/${random.name("hold")}/${random.name("deck")}/${random.name("rootfs")}`,
		marker: random.name("container"),
		secret: random.name("host-secret"),
	}),
	scenario: ({ rootfs = "", marker = "", secret = "" }) => ({
		does: `ran sh in ${rootfs}; and a second one that breaks out first, and opens /${secret} of the host`,
		prepare: [
			{ do: "copy", from: "/lab/rootfs", to: rootfs },
			{ do: "write", path: `${rootfs}/${marker}`, text: "" },
			...writeSecrets(secret),
		],
		calls: {
			[BOX]: { options: { rootfs } },
			[ESCAPED]: {
				about: "its command breaks out first, and opens a file of the host",
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
		"escaped.file": opened(observation, drawn),
		"escaped.before": rootBefore(observation, drawn),
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
					why: "A process that your module has made is still there after the command has ended. A root needs no keeper: every process has its own, and passes it on to its children.",
					try: "Make no process: chroot works on the caller.",
					see: ["chroot(2)"],
				},
			],
		},
		{
			fact: "command.root",
			madeOf: "kernel",
			what: "the command's root directory in /proc/PID/root",
			explain: [
				{
					when: ({ facts }) => facts["command.root"] !== "the host's",
					diagnosis: "root-elsewhere",
					why: ({ process, drawn }) =>
						`/proc/PID/root is a directory, but not ${drawn["rootfs"]}. In it are ${process?.root.slice(0, 8).join(", ")}.`,
					try: "Give chroot the parameter, rootfs: each container has another one.",
					see: ["chroot(2)", "path_resolution(7)"],
				},
				{
					diagnosis: "root-unchanged",
					why: "The command's / is the host's. chdir changes where relative paths start; a path that begins with / starts at the root, and that was not moved.",
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
			explain: [
				{
					diagnosis: "cwd-outside",
					misconception: 6,
					why: "Walking up from /proc/PID/cwd never meets /proc/PID/root: chroot has moved the root, and the current directory is still among the host's files. A relative path reads them; no break-out is needed.",
					try: 'Call chdir("/") after chroot.',
					see: ["chroot(2), DESCRIPTION", "chdir(2)"],
				},
			],
		},
		{
			fact: "escaped.file",
			madeOf: "kernel",
			what: "what the second command has opened, after the break-out",
			// An exception that ends the first container in enterRoot ends this container there, too.
			accept: (_, { ending }) => ending.how === "threw",
			explain: [
				{
					when: (context) => /\buv_cwd\b/.test(breakOutThrew(context) ?? ""),
					diagnosis: "cwd-has-no-name",
					why: 'process.cwd asks for the path from this process\'s root to its current directory. There is none: after chroot into a directory further down, the current directory is outside of the root. It is there all the same, and chdir("..") works from it.',
					try: "Climb without asking for the path: a fixed number of steps that is surely enough, such as 64.",
					see: ["getcwd(2), DESCRIPTION", "chroot(2), DESCRIPTION"],
				},
				{
					// Until breakOut has changed the root itself, a path that is missing is missing in the rootfs.
					when: (context) =>
						/\b(ENOENT|EEXIST|ENOTDIR)\b/.test(breakOutThrew(context) ?? "") &&
						!breakOutOf(context).some(({ call, error }) => call === "chroot" && error === undefined),
					diagnosis: "break-out-refused",
					why: (context) =>
						`breakOut ended with an exception: ${breakOutThrew(context)}. Its paths are those of the rootfs now, not the host's, and a rootfs holds only what was put there.`,
					try: "Use a directory that every rootfs has, or make one first; recursive: true does not mind one that is there.",
					see: ["chroot(2), ERRORS", "path_resolution(7)"],
				},
				{
					when: (context) => breakOutThrew(context) !== undefined,
					diagnosis: "break-out-threw",
					why: (context) =>
						`An exception ended the second container before its command ran: ${breakOutThrew(context)}. The first, in which breakOut is not called, ended without one.`,
					try: "Look for what the message names, in breakOut first.",
					see: [],
				},
				{
					when: ({ observation }) =>
						(observation.calls[ESCAPED]?.ledger ?? []).some(
							({ task, call }) => task.startsWith("1.1.") && call === "chroot",
						),
					diagnosis: "broken-out-in-child",
					why: "A child of yours has broken out, and it alone: each process has a root of its own. The command's is still the rootfs.",
					try: "Call chroot in breakOut itself, without forking.",
					see: ["chroot(2)", "fork(2)"],
				},
				{
					when: (context) => inTheRootfs(context) && breakOutOf(context).some(triesToClimb),
					diagnosis: "dotdot-stops-at-root",
					why: 'Its root is still the rootfs. "..", in a process\'s own root, is that root itself: so says the kernel, and no number of steps changes it. But it asks only there. A path that is not below the root never gets there.',
					try: "Before you climb, chroot into a directory further down, and stay where you are: then the current directory is above the root.",
					see: ["path_resolution(7)", "chroot(2), DESCRIPTION"],
				},
				{
					when: inTheRootfs,
					diagnosis: "still-inside",
					why: "Its root is still the rootfs: breakOut has come back, and /proc/PID/root is what enterRoot made it.",
					try: "Call chroot once more, from inside, with the current directory left above the new root. Then climb.",
					see: ["chroot(2), DESCRIPTION"],
				},
				{
					when: escapedRan,
					diagnosis: "out-into-another-root",
					why: ({ observation }) =>
						`The command ran, but /proc/PID/root is not the host's. In it are ${commandAt(observation, DURING, ESCAPED)?.root.slice(0, 8).join(", ")}. From there no path that begins with / leads to the host's file.`,
					try: 'Where the climb ends, call chroot("."): that place, and no directory below it, is the host\'s root.',
					see: ["chroot(2)", "path_resolution(7)"],
				},
				{
					when: namesTheNewRoot,
					diagnosis: "chroot-from-the-new-root",
					why: (context) =>
						`The last chroot was given ${given(breakOutOf(context).findLast(({ call }) => call === "chroot") as LedgerCall)}. A path that begins with / starts at the root that the process has, and that is the directory that breakOut itself has moved it to, not the one that it has climbed to. The command was looked for there, and there is no /bin/sh.`,
					try: 'The place that you have climbed to is the current directory: call chroot(".").',
					see: ["path_resolution(7)", "chroot(2)"],
				},
				{
					when: (context) => !rootMovedAfterClimb(context),
					diagnosis: "root-not-moved",
					why: "breakOut has called no chroot after a step up, so the root is still the directory that chroot was last called with. There the command was looked for, and there is no /bin/sh.",
					try: 'At the top, call chroot(".").',
					see: ["chroot(2)", "execve(2)"],
				},
				{
					when: (context) => wallsOnTheWay(context) > 0,
					diagnosis: "wall-on-the-way",
					why: (context) =>
						`Between its steps up, breakOut has called chroot ${wallsOnTheWay(context)} times. Each call makes the directory that has been reached the root, and at its root ".." stays where it is: the climb went no further. The command was looked for in the directory that was the last root, and there is no /bin/sh.`,
					try: 'Climb to the top with chdir alone. Then call chroot("."), once.',
					see: ["path_resolution(7)", "chroot(2), DESCRIPTION"],
				},
				{
					when: movedAlong,
					diagnosis: "cwd-moved-along",
					why: 'breakOut has moved its current directory to the new root, or below it; a path that begins with / starts there, too. From there ".." goes up to the root and stops, as it should; the directory that then became the root has no /bin/sh.',
					try: 'Leave the current directory above the new root, and climb from there with a relative path: "..".',
					see: ["chroot(2), DESCRIPTION", "path_resolution(7)"],
				},
				{
					when: (context) => stepsUp(context) < depthOf(context),
					diagnosis: "not-at-the-top",
					why: (context) =>
						`breakOut has climbed ${stepsUp(context)} directories, and the rootfs lies ${depthOf(context)} below the host's root. The command was looked for in the directory that breakOut has made its root, and there is no /bin/sh. How deep the rootfs lies is not known inside.`,
					try: 'Climb further. Too many steps do no harm: at the very top, ".." stays where it is.',
					see: ["path_resolution(7)"],
				},
				{
					diagnosis: "no-command-outside",
					why: (context) =>
						`There was no command: the kernel looked for /bin/sh from the root that breakOut left behind, and did not find it. breakOut had climbed ${stepsUp(context)} directories, which is enough. Possible causes: the last chroot was not given the place that the climb had led to, or a step before it did not go up.`,
					try: 'After the last step up, call chroot("."), and nothing else.',
					see: ["path_resolution(7)", "chroot(2)"],
				},
			],
		},
		{
			fact: "escaped.before",
			madeOf: "kernel",
			what: "the second command's root directory when its break-out began",
			// Other findings have reported a wrong root of the first container, or an end in enterRoot.
			accept: (_, context) => context.facts["command.root"] !== "the rootfs" || !escapedRan(context),
			explain: [
				{
					diagnosis: "never-entered",
					why: "The process that became the second command was looked at between enterRoot and breakOut, and its root was not the rootfs. What was never inside cannot break out. The first container's root is the rootfs, so enterRoot does not do the same each time that it is called.",
					try: "Have enterRoot depend on its parameter only: every container gets its root.",
					see: ["chroot(2)"],
				},
			],
		},
		{
			fact: "host.mounts.after",
			madeOf: "kernel",
			what: "mounts that the host has more than before",
			explain: [
				{
					diagnosis: "mounts-left",
					why: "Another root is not another mount table: what was mounted from inside is a line of the host's /proc/self/mountinfo, and stays when the command has ended.",
					try: "Do it with chroot and chdir alone, or unmount what you have mounted.",
					see: ["mount(2)", "umount2(2)"],
				},
			],
		},
	],
	exceptions: [
		{
			// The first container's command waits to be told to end. The second container is the one that hangs.
			when: ({ observation, ending }) =>
				ending.how === "hung" && callsOf(observation, BOX).length < callsOf(observation, ESCAPED).length,
			diagnosis: "break-out-never-ends",
			why: "The second container, in which breakOut is called, was given up: breakOut had not come back. The first had its command, and had to wait.",
			try: "Climb a fixed number of steps that is surely enough, such as 64. At the very top one step too many stays where it is.",
			see: ["path_resolution(7)"],
		},
		{
			when: (context) => refused("chdir", "ENOENT")(context) && called(context, "chroot"),
			diagnosis: "path-of-old-root",
			why: ({ thrown }) =>
				`chdir(${thrown?.syscall?.args["path"]}) came after chroot. From then on this process's absolute paths start at the new root: what was rootfs is / now.`,
			try: 'Call chdir("/").',
			see: ["chroot(2)", "path_resolution(7)"],
		},
		{
			when: commandRefused("ENOENT"),
			diagnosis: "command-not-in-root",
			why: "The command, /bin/sh, is not to be found from the root that enterRoot has made. That root is another directory than the rootfs.",
			try: "Give chroot the parameter. A relative path, and . too, starts at the current directory, and that is not the rootfs.",
			see: ["chroot(2)", "path_resolution(7)"],
		},
	],
});
