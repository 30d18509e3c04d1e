import { type Context, called, commandAt, DURING, type Explanation, type FactRule } from "../../harness/judge/index.ts";
import { FILLED, KEPT, valuesOf } from "./facts.ts";
import { NEIGHBOUR, REMOVE, REMOVE_IN_USE, REMOVE_UNUSED } from "./scenario.ts";

/** The rules about named volumes. */

const isEmpty = ({ facts }: Context) => [facts["volume.content"] ?? []].flat().length === Object.keys(FILLED).length;

/** The message of the exception that ended a call; undefined if none did. */
function messageOf({ observation: { calls } }: Context, name: string): string | undefined {
	const ending = calls[name]?.ending;
	return ending?.how === "threw" ? ending.thrown.message : undefined;
}

/** The call of flock(2) in which a call of the scenario still waited when the check gave up. */
const waitsIn = ({ observation: { calls } }: Context, name: string) =>
	calls[name]?.ledger.findLast(
		({ call, result, error }) => call === "flock" && result === undefined && error === undefined,
	);
const shownCall = (waiting: ReturnType<typeof waitsIn>) => `flock(${Object.values(waiting?.args ?? {}).join(", ")})`;

/** Why the second container's command did not run; undefined if it ran. */
function secondFailed(context: Context): string | undefined {
	if (commandAt(context.observation, DURING, NEIGHBOUR) !== null) return undefined;
	return messageOf(context, NEIGHBOUR) ?? "its command never ran";
}

/** What removeVolume did with a volume that no running container has. */
function unusedEnd(context: Context): string {
	const message = messageOf(context, REMOVE_UNUSED);
	return message === undefined ? "removeVolume did not remove it" : `removeVolume threw: ${message}`;
}

/** Whether removeVolume itself waits in flock(2): the first lock in this call is the engine's. */
function removalWaits(context: Context): boolean {
	const locks = context.observation.calls[REMOVE_IN_USE]?.ledger.filter(({ call }) => call === "flock") ?? [];
	return locks.length > 1 && waitsIn(context, REMOVE_IN_USE) !== undefined;
}

/** removeVolume waits until no container has the volume, and each container's end waits for the engine's lock. */
export const removalWaiting: Explanation = {
	when: removalWaits,
	diagnosis: "removal-waits",
	why: (context) =>
		`While two containers had the volume, removeVolume called ${shownCall(waitsIn(context, REMOVE_IN_USE))}, and that call never returned. Without LOCK_NB, flock waits until nobody else has a lock. Other calls of the engine waited as well: only one at a time is in useVolume or removeVolume.`,
	try: "In removeVolume, flock(fd, LOCK_EX | LOCK_NB): it throws an exception at once if somebody else has a lock.",
	see: ["flock(2)"],
};

/** The second container waits until the first one has ended. */
export const secondWaiting: Explanation = {
	when: (context) => context.ending.how === "hung" && waitsIn(context, NEIGHBOUR) !== undefined,
	diagnosis: "second-container-waits",
	why: (context) =>
		`A second container with the same volume did not start. Its engine called ${shownCall(waitsIn(context, NEIGHBOUR))} while the first container had its lock, and that call never returned. Many containers may use a volume at the same time.`,
	try: "Take a shared lock in useVolume: LOCK_SH. Only removeVolume needs an exclusive one.",
	see: ["flock(2)"],
};

/** Whether a call of removeVolume was never made, or did not get to the end, because others went wrong before. */
const neverCame =
	(name: string) =>
	(context: Context): boolean =>
		context.observation.calls[name]?.ending.how === "hung" && !removalWaits(context);

/** Whether removeVolume refused, at the end, because it took the volume for one in use. */
function saidInUse(context: Context): boolean {
	const ending = context.observation.calls[REMOVE]?.ending;
	if (ending?.how !== "threw") return false;
	const { syscall, message } = ending.thrown;
	if (syscall !== undefined) return syscall.call === "flock" && syscall.code === "EAGAIN";
	// An exception of the submission's own, and none of node:fs or of a program.
	return !/^E[A-Z]+:|returned E[A-Z]+|^Command failed|^spawn/.test(message);
}

export const notFilled: Omit<Explanation, "when"> = {
	diagnosis: "volume-not-filled",
	why: "The image has files where a new volume will be mounted. The volume has none of them at the same paths.",
	try: 'In useVolume, if the volume is new: copy what the image has at the target, before it is covered. With cp -a, the source "." copies what is in a directory; with the directory\'s name, cp makes one more directory in the volume.',
	see: ["cp(1)"],
};

export const namedRules: FactRule[] = [
	{
		fact: "volume.shared",
		madeOf: "files",
		what: "what two containers of one volume see of each other",
		accept: (_, { facts }) => facts["bind.directory"] !== "the host's",
		followsFrom: ["bind.writes/all-read-only"],
		explain: [
			{
				when: (context) => secondFailed(context)?.includes("flock") === true,
				diagnosis: "lock-excludes-the-second",
				why: (context) =>
					`A second container with the same volume did not start: ${secondFailed(context)}. It did not get the lock that the first one has. Many containers may use a volume at the same time.`,
				try: "Take a shared lock in useVolume: LOCK_SH. Only removeVolume needs an exclusive one.",
				see: ["flock(2)"],
			},
			{
				when: (context) =>
					["spare", "empty"].some((name) => secondFailed(context)?.includes(context.drawn[name] ?? "")),
				diagnosis: "nothing-to-copy",
				why: (context) =>
					`A second container did not start: ${secondFailed(context)}. It has a new named volume at /${context.drawn["empty"]}, where its image has nothing. The container should start, and find an empty volume there.`,
				try: "In useVolume, if the image has nothing at the target: copy nothing, or make the target first, as mountVolumes does.",
				see: ["openat2(2)"],
			},
			{
				when: (context) =>
					["shared", "other"].some((name) => secondFailed(context)?.includes(context.drawn[name] ?? "")),
				diagnosis: "second-container-fails",
				why: (context) =>
					`A second container with the same volume did not start: ${secondFailed(context)}. The volume existed already.`,
				try: "In useVolume, make and fill the volume only if it does not exist.",
				see: ["mkdir(2), ERRORS"],
			},
			{
				when: (context) => secondFailed(context) !== undefined,
				diagnosis: "second-container-fails",
				why: (context) =>
					`A second container did not start: ${secondFailed(context)}. It has a named volume that existed already, a new one at /${context.drawn["empty"]}, where its image has nothing, and a single file at /${context.drawn["sealed"]} that is read-only. The first container has none like the last two.`,
				try: "Find out which of the three made the difference.",
				see: [],
			},
			{
				when: (context) => !valuesOf(context, "volume.shared").some((seen) => seen.endsWith("on the host")),
				diagnosis: "volume-not-mounted",
				why: "Both containers tried to write a file to the named volume. Neither file is in the volume's directory on the host.",
				try: "mountVolumes gets a named volume like any directory: its source is the volume's directory on the host.",
				see: ["mount(2), Creating a bind mount"],
			},
			{
				when: (context) =>
					valuesOf(context, "volume.shared").length === 3 && !valuesOf(context, "volume.shared").includes(KEPT),
				diagnosis: "volume-not-shared",
				why: "While both containers ran, the volume had the files that they wrote to it. After both had ended, it did not have both any more. Possible causes: removeVolume removed the volume or its files, although it threw an exception; something else removed or replaced them.",
				try: "In removeVolume, ask first whether the volume is in use, and remove it after that. Remove or replace nothing elsewhere.",
				see: ["flock(2)"],
			},
			{
				diagnosis: "volume-not-shared",
				why: (context) =>
					`Both containers tried to write a file to the same named volume. Only this was found: ${valuesOf(context, "volume.shared").join("; ")}. So the containers do not have the same directory, or it did not outlive them.`,
				try: "Do not move, replace or remove a volume that exists, except in removeVolume. Bind the directory itself.",
				see: ["mount(2), Creating a bind mount"],
			},
		],
	},
	{
		fact: "volume.refilled",
		madeOf: "files",
		what: "how often the volume was filled",
		explain: [
			{
				diagnosis: "filled-again",
				why: "The second container's image has another directory at the target. Its files are in the volume now, although the volume had files of the first container. Each new container would bring back files that somebody has deleted or changed.",
				try: "Copy only if the volume is new.",
				see: ["cp(1)"],
			},
		],
	},
	{
		fact: "volume.content",
		madeOf: "files",
		what: "files of the image's directory that are not in the new volume",
		followsFrom: ["links.volume/volume-not-filled"],
		explain: [
			{
				when: isEmpty,
				...notFilled,
			},
			{
				when: (context) => valuesOf(context, "volume.content").join() === ".hidden",
				diagnosis: "hidden-files-left-out",
				why: "The image's directory has the file .hidden, and the volume does not. A shell's * does not match names that begin with a dot.",
				try: 'Name the directory, and not the files in it: execFileSync("cp", ["-a", ".", path], { cwd }).',
				see: ["cp(1)"],
			},
			{
				diagnosis: "volume-filled-in-part",
				why: (context) =>
					`In the volume, these paths are missing, or differ from the image: ${valuesOf(context, "volume.content").join(", ")}. The image's directory has two files, a directory with a file, and a symbolic link.`,
				try: 'Copy directories with everything below them, and links as links. cp -a does both: execFileSync("cp", ["-a", ".", path], { cwd }).',
				see: ["cp(1)"],
			},
		],
	},
	{
		fact: "volume.owners",
		madeOf: "files",
		what: "owners and modes in the new volume that are not the image's",
		followsFrom: ["links.volume/volume-not-filled", "volume.content"],
		explain: [
			{
				when: (context) => valuesOf(context, "volume.owners").every((flaw) => flaw.startsWith(".:")),
				diagnosis: "top-directory-of-root",
				why: (context) =>
					`Owner, group or mode of the volume's own directory is not that of the image's directory: ${valuesOf(context, "volume.owners").join("; ")}. Owner, group and mode of this directory decide who can make files in the volume.`,
				try: 'Copy the directory itself, too: cp -a with the source "." sets owner and mode of the destination. Or call chown, and then chmod.',
				see: ["cp(1)", "chown(2)"],
			},
			{
				diagnosis: "owners-lost",
				why: (context) =>
					`The owner, group or mode of these paths is not the one in the image: ${valuesOf(context, "volume.owners").join("; ")}. A copy belongs to the user whose process makes it, and its mode depends on the umask.`,
				try: 'cp -a keeps owners and modes: execFileSync("cp", ["-a", ".", path], { cwd }).',
				see: ["cp(1)", "chown(2)"],
			},
		],
	},
	{
		fact: "volume.in-use",
		madeOf: "files",
		what: "what removeVolume did while two containers had the volume",
		isConsequence: neverCame(REMOVE_IN_USE),
		explain: [
			{
				when: ({ facts }) => facts["volume.in-use"] === "removed",
				diagnosis: "removed-in-use",
				why: "removeVolume removed a volume that two running containers had mounted. Their files were gone.",
				try: "In useVolume, take a shared lock with flock and keep the descriptor open. In removeVolume, try to take an exclusive one, with LOCK_NB.",
				see: ["flock(2)"],
			},
			removalWaiting,
			{
				diagnosis: "removal-not-refused",
				why: "Two running containers had the volume. removeVolume threw no exception, although it did not remove the volume. The user would believe that it is gone.",
				try: "Let the exception of flock(fd, LOCK_EX | LOCK_NB) through, or throw one of your own.",
				see: ["flock(2)"],
			},
		],
	},
	{
		fact: "volume.removed",
		madeOf: "files",
		what: "the volume after removeVolume was called, with no container left",
		isConsequence: (context) => context.observation.calls[REMOVE]?.ending.how === "hung",
		explain: [
			{
				when: (context) => called(context, "flock", "LOCK_SH") && saidInUse(context),
				diagnosis: "volume-stays-in-use",
				why: (context) =>
					`No container had the volume any more, and removeVolume threw: ${messageOf(context, REMOVE)}. Something still has a lock on it, or remembers that it is in use.`,
				try: "A lock must end with its container: keep it on the descriptor that useVolume returns. The engine closes that one.",
				see: ["flock(2)"],
			},
			{
				diagnosis: "volume-not-removed",
				why: (context) => {
					const message = messageOf(context, REMOVE);
					return `No container should have the volume any more, and the volume's directory is still there.${message === undefined ? "" : ` removeVolume threw: ${message}.`}`;
				},
				try: "In removeVolume, if the exclusive lock was given: rmSync(path, { recursive: true }).",
				see: ["flock(2)"],
			},
		],
	},
	{
		fact: "volume.unused",
		madeOf: "files",
		what: "a volume after removeVolume was called, while only a container with other volumes ran",
		// Something else has gone wrong before, and another finding says so.
		isConsequence: ({ facts, observation: { calls } }) =>
			facts["volume.unused"] === "never made" || calls[REMOVE_UNUSED]?.ending.how === "hung",
		followsFrom: ["volume.shared", "volume.removed"],
		explain: [
			{
				when: ({ facts }) => facts["volume.unused"] === "never made",
				diagnosis: "others-keep-it",
				why: ({ drawn }) => `The directory of the volume ${drawn["spare"]} was never made.`,
				try: "In useVolume, make the volume's directory at the path that it gets.",
				see: [],
			},
			{
				diagnosis: "others-keep-it",
				why: (context) =>
					`The only container that had the volume ${context.drawn["spare"]} had ended, and ${unusedEnd(context)}. Another container still ran, but it has other volumes.`,
				try: "Give each volume a lock of its own: lock the volume's own directory, and not one file or directory for all volumes.",
				see: ["flock(2)"],
			},
		],
	},
];
