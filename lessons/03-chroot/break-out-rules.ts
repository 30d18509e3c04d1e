import {
	BOX,
	type Context,
	commandAt,
	DURING,
	type Explanation,
	type FactRule,
	howItEnded,
	isCommandsExecve,
	type LedgerCall,
	type Observation,
	rootOf,
	samePlace,
} from "../../harness/judge/index.ts";
import {
	absolutePathAfterClimb,
	breakOutCalls,
	breakOutError,
	chroots,
	chrootsDuringClimb,
	climbedAtFirst,
	climbIsListed,
	commandTask,
	cwdMovedIntoNewRoot,
	ESCAPED,
	hasStarted,
	pathArgument,
	rootfsDepth,
	rootfsOf,
	rootMovedAfterClimb,
	stepsUp,
} from "./break-out.ts";

/** Whether the second container's command ran. */
const escapedCommandRan = ({ observation }: Context) => commandAt(observation, DURING, ESCAPED) !== null;
const rootIsStillRootfs = ({ facts }: Context) => facts["escaped.file"] === "nothing: its root is the rootfs";
const rootIsHosts = ({ facts }: Context) => facts["escaped.file"] === "nothing: its root is the host's";

/** Whether the kernel refused to start the second container's command. */
const commandNotFound = ({ calls }: Observation) =>
	calls[ESCAPED]?.ledger.some((entry) => isCommandsExecve(entry) && entry.error !== undefined) === true;

/**
 * What the second container's command has opened, or why it has opened nothing. Device and inode identify its root and
 * the file: an exercise could make the same path or name elsewhere.
 */
export function openedFile(observation: Observation, drawn: Record<string, string>): string {
	const command = commandAt(observation, DURING, ESCAPED);
	const ending = observation.calls[ESCAPED]?.ending;
	if (command !== null) {
		const root = rootOf(observation.before, command, rootfsOf(drawn));
		const hasFile = samePlace(command.openPlaces["3"], observation.before.places[`/${drawn["secret"]}`]);
		return root === "the host's" && hasFile ? "a file of the host" : `nothing: its root is ${root}`;
	}
	if (ending?.how === "threw") return `nothing: ${ending.thrown.message}`;
	return commandNotFound(observation) ? "nothing: /bin/sh was not found" : "nothing: the command did not run";
}

/** Rules about the second container: whether breakOut reached the host's files, and from where. */
export const breakOutRules: FactRule[] = [
	{
		fact: "escaped.file",
		madeOf: "kernel",
		what: "what the second command opened after the break-out",
		// An exception that ends the first container in enterRoot ends this container there, too.
		accept: (_, { ending }) => ending.how === "threw",
		explain: [
			{
				when: (context) =>
					breakOutError(context) !== undefined && (context.observation.calls[ESCAPED]?.stopped ?? null) === null,
				diagnosis: "never-entered",
				why: (context) =>
					`An exception ended the second container before breakOut was called: ${breakOutError(context)}. The first container ended without one.`,
				try: "Make enterRoot work in every container: what it leaves behind in the first one must not be in its way in the second.",
				see: [],
			},
			{
				when: (context) => /\buv_cwd\b/.test(breakOutError(context) ?? ""),
				diagnosis: "cwd-has-no-name",
				why: 'process.cwd returns the path from the process\'s root to its current directory. No such path exists here: after chroot to a directory further down, the current directory is outside the root. chdir("..") still works from there.',
				try: 'Climb without process.cwd: call chdir("..") a fixed, large number of times, such as 64.',
				see: ["getcwd(2), DESCRIPTION", "chroot(2), DESCRIPTION"],
			},
			{
				// Before breakOut's first successful chroot, absolute paths start at the rootfs. So the error is
				// about a path in the rootfs.
				when: (context) =>
					/\b(ENOENT|EEXIST|ENOTDIR)\b/.test(breakOutError(context) ?? "") &&
					!breakOutCalls(context).some(({ call, error }) => call === "chroot" && error === undefined),
				diagnosis: "break-out-refused",
				why: (context) =>
					`breakOut threw an exception: ${breakOutError(context)}. In breakOut, absolute paths start at the rootfs, not at the host's root. Few of the host's directories exist there.`,
				try: "Use a directory that every rootfs has, or make one first. With recursive: true, mkdirSync accepts a directory that exists already.",
				see: ["chroot(2), ERRORS", "path_resolution(7)"],
			},
			{
				when: (context) => breakOutError(context) !== undefined,
				diagnosis: "break-out-threw",
				why: (context) =>
					`An exception ended the second container before its command ran: ${breakOutError(context)}. The first container, which does not call breakOut, ended without an exception.`,
				try: "Find the call that the message names. Look in breakOut first.",
				see: [],
			},
			{
				when: (context) =>
					rootIsStillRootfs(context) &&
					(context.observation.calls[ESCAPED]?.ledger ?? []).some(
						({ task, call }) => task.startsWith(`${commandTask(context.observation, ESCAPED)}.`) && call === "chroot",
					),
				diagnosis: "broken-out-in-child",
				why: "breakOut started a child, and the child called chroot. This changed only the child's root: each process has its own. The command's root is still the rootfs.",
				try: "Call chroot in breakOut itself, without forking.",
				see: ["chroot(2)", "fork(2)"],
			},
			{
				when: (context) => rootIsStillRootfs(context) && climbedAtFirst(context),
				diagnosis: "dotdot-stops-at-root",
				why: 'The command\'s root is still the rootfs. In a process\'s own root, ".." is this root itself, so no number of steps leads out of it. But ".." stops only there: a climb that starts above the root never meets the root.',
				try: "Before you climb, call chroot for a directory further down, and keep the current directory where it is. Then the current directory is above the root.",
				see: ["path_resolution(7)", "chroot(2), DESCRIPTION"],
			},
			{
				when: rootIsStillRootfs,
				diagnosis: "still-inside",
				why: "The command's root is still the rootfs: breakOut has returned, but /proc/PID/root is still the root that enterRoot set.",
				try: "In breakOut, call chroot for a directory further down, and leave the current directory above this new root. Then climb to the very top.",
				see: ["chroot(2), DESCRIPTION"],
			},
			{
				when: (context) => escapedCommandRan(context) && rootIsHosts(context),
				diagnosis: "out-into-another-root",
				why: "The command ran, and its root is the host's. But it did not open the file that the check had made there: the file was gone, or another one was in its place.",
				try: "Leave the host's files alone.",
				see: ["path_resolution(7)"],
			},
			{
				when: escapedCommandRan,
				diagnosis: "out-into-another-root",
				why: ({ observation }) =>
					`The command ran, but its root is not the host's root: /proc/PID/root contains ${commandAt(observation, DURING, ESCAPED)?.root.slice(0, 8).join(", ")}. No path from this root leads to the host's file.`,
				try: 'Where the climb ends, call chroot("."). Only the directory at the very top is the host\'s root.',
				see: ["chroot(2)", "path_resolution(7)"],
			},
			{
				when: ({ observation }) => !commandNotFound(observation),
				diagnosis: "command-never-ran",
				why: ({ observation: { calls } }) =>
					`When the check read the kernel, the second container's command was not running. The container's call ${howItEnded(calls[ESCAPED]?.ending)}. The list of its system calls has no execve that the kernel refused.`,
				try: "Possible causes: _exit, process.exit or kill in breakOut; a loop that never ends. breakOut has to return, so that the engine can start the command.",
				see: ["_exit(2)"],
			},
			{
				when: absolutePathAfterClimb,
				diagnosis: "chroot-from-the-new-root",
				why: (context) =>
					`The last call of chroot got the path ${pathArgument(breakOutCalls(context).findLast(({ call }) => call === "chroot") as LedgerCall)}. A path that begins with / starts at the process's root. This root is the directory of an earlier chroot in breakOut, not the directory that breakOut climbed to. So the kernel did not find the command, /bin/sh.`,
				try: 'Call chroot("."): the directory that you climbed to is the current directory.',
				see: ["path_resolution(7)", "chroot(2)"],
			},
			{
				when: (context) => chroots(context) <= 1 || (climbIsListed(context) && !rootMovedAfterClimb(context)),
				diagnosis: "root-not-moved",
				why: "breakOut did not call chroot after a climb, so the root is still the directory of an earlier chroot. The kernel did not find the command, /bin/sh, in this root.",
				try: 'At the top, call chroot(".").',
				see: ["chroot(2)", "execve(2)"],
			},
			{
				when: (context) => chrootsDuringClimb(context) > 0,
				diagnosis: "wall-on-the-way",
				why: (context) =>
					`During its climb, breakOut called chroot ${chrootsDuringClimb(context) === 1 ? "once" : `${chrootsDuringClimb(context)} times`}. Such a call changes the root, and ".." stops at the root, so the climb ended early. The kernel did not find the command, /bin/sh, in its last root.`,
				try: 'First climb to the top with chdir only. Then call chroot(".") once.',
				see: ["path_resolution(7)", "chroot(2), DESCRIPTION"],
			},
			{
				when: cwdMovedIntoNewRoot,
				diagnosis: "cwd-moved-along",
				why: 'breakOut moved its current directory to the new root, or below it. (A chdir with a path that begins with / does this, too.) From there, ".." goes up to this root and stops. The kernel did not find the command, /bin/sh, in the directory that then became the root.',
				try: 'Leave the current directory above the new root, and climb from there with a relative path: "..".',
				see: ["chroot(2), DESCRIPTION", "path_resolution(7)"],
			},
			{
				when: (context) => climbIsListed(context) && stepsUp(context) < rootfsDepth(context),
				diagnosis: "not-at-the-top",
				why: (context) =>
					`Directories that breakOut climbed: ${stepsUp(context)}. But the rootfs is ${rootfsDepth(context)} directories below the host's root. The kernel did not find the command, /bin/sh, in the directory that breakOut made its root. A program in a container cannot know how deep the rootfs is.`,
				try: 'Climb further. Too many steps do no harm: at the very top, ".." stays where it is.',
				see: ["path_resolution(7)"],
			},
			{
				diagnosis: "no-command-outside",
				why: (context) =>
					`The kernel did not find the command, /bin/sh, in the root that breakOut set. ${climbIsListed(context) ? `Directories that breakOut had climbed: ${stepsUp(context)}, which is enough. ` : ""}Possible causes: the last chroot got another directory than the one that breakOut climbed to, or the climb did not reach the very top.`,
				try: 'Climb to the very top: too many steps do no harm. After the last step up, call chroot("."), and nothing else.',
				see: ["path_resolution(7)", "chroot(2)"],
			},
		],
	},
	{
		fact: "escaped.before",
		madeOf: "kernel",
		what: "the second command's root directory when breakOut was called",
		// If the first container's root is wrong, or the second command did not run, another finding reports that.
		accept: (_, context) => context.facts["command.root"] !== "the rootfs" || !escapedCommandRan(context),
		explain: [
			{
				when: ({ facts }) => String(facts["escaped.before"]).startsWith("unknown"),
				diagnosis: "never-entered",
				why: "Nothing shows in which root the second command was before the break-out. The process that called breakOut did not become the command, and did not fork the command's process in breakOut.",
				try: "Let the process in which enterRoot and breakOut return become the command.",
				see: ["chroot(2)"],
			},
			{
				diagnosis: "never-entered",
				why: "After enterRoot and before breakOut, the check read the root of the process that became the second command. It was not the rootfs, so the process was never inside, and could not break out. The first container's root is the rootfs, so enterRoot does not do the same in every call.",
				try: "Make enterRoot depend only on its parameter: every container must get its root.",
				see: ["chroot(2)"],
			},
		],
	},
];

/** For an exercise whose breakOut does not return. */
export const breakOutNeverEnds: Explanation = {
	// If breakOut does not return, the check writes no more lines. So the first container ends as hung, too: its
	// command waits for its last line.
	when: ({ observation, ending }) =>
		ending.how === "hung" &&
		observation.calls[ESCAPED]?.ending.how === "hung" &&
		(observation.calls[ESCAPED]?.stopped ?? null) !== null &&
		hasStarted(observation, BOX) &&
		!hasStarted(observation, ESCAPED),
	diagnosis: "break-out-never-ends",
	why: "The second container, which calls breakOut, ran out of time: breakOut did not return. The first container, which does not call breakOut, started its command.",
	try: "Climb a fixed, large number of steps, such as 64. At the very top, further steps do nothing.",
	see: ["path_resolution(7)"],
};
