import { type Context, called, type FactRule } from "../../harness/judge/index.ts";
import { FILLED, valuesOf } from "./facts.ts";
import { NEIGHBOUR, REMOVE_UNUSED } from "./scenario.ts";

/** The rules about named volumes. */

const isEmpty = ({ facts }: Context) => [facts["volume.content"] ?? []].flat().length === Object.keys(FILLED).length;

/** Why the second container failed; undefined if it did not. */
function secondFailed({ observation: { calls } }: Context): string | undefined {
	const ending = calls[NEIGHBOUR]?.ending;
	return ending?.how === "threw" ? ending.thrown.message : undefined;
}

/** What removeVolume did with a volume that no running container has. */
function unusedEnd({ observation: { calls } }: Context): string {
	const ending = calls[REMOVE_UNUSED]?.ending;
	return ending?.how === "threw" ? `removeVolume threw: ${ending.thrown.message}` : "removeVolume did not remove it";
}

export const namedRules: FactRule[] = [
	{
		fact: "volume.shared",
		madeOf: "files",
		what: "what two containers of one volume see of each other",
		accept: (_, { facts }) => facts["bind.directory"] !== "the host's",
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
				when: (context) => secondFailed(context) !== undefined,
				diagnosis: "second-container-fails",
				why: (context) =>
					`A second container with the same volume did not start: ${secondFailed(context)}. The volume existed already.`,
				try: "In useVolume, make and fill the volume only if it does not exist.",
				see: ["mkdir(2), ERRORS"],
			},
			{
				when: (context) => !valuesOf(context, "volume.shared").some((seen) => seen.endsWith("on the host")),
				diagnosis: "volume-not-mounted",
				why: "Both containers wrote a file to the named volume. Neither file is in the volume's directory on the host.",
				try: "mountVolumes gets a named volume like any directory: its source is the volume's directory on the host.",
				see: ["mount(2), Creating a bind mount"],
			},
			{
				diagnosis: "volume-not-shared",
				why: (context) =>
					`Both containers wrote a file to the same named volume. Only this was found: ${valuesOf(context, "volume.shared").join("; ")}. So the containers do not have the same directory, or it did not outlive them.`,
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
				diagnosis: "volume-not-filled",
				why: "The image has files where a new volume will be mounted. The volume is empty.",
				try: "In useVolume, if the volume is new: copy what the image has at the target, before it is covered.",
				see: ["cp(1)"],
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
					`The files of the volume are as in the image, but not the volume's own directory: ${valuesOf(context, "volume.owners").join("; ")}. Owner, group and mode of this directory decide who can make files in the volume.`,
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
		explain: [
			{
				when: ({ facts }) => facts["volume.in-use"] === "removed",
				diagnosis: "removed-in-use",
				why: "removeVolume removed a volume that two running containers had mounted. Their files were gone.",
				try: "In useVolume, take a shared lock with flock and keep the descriptor open. In removeVolume, try to take an exclusive one, with LOCK_NB.",
				see: ["flock(2)"],
			},
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
		explain: [
			{
				when: (context) => called(context, "flock", "LOCK_SH") || called(context, "flock", "LOCK_NB"),
				diagnosis: "volume-stays-in-use",
				why: "No container had the volume any more, and removeVolume did not remove it. Something still has a lock on it, or remembers that it is in use.",
				try: "A lock must end with its container: keep it on the descriptor that useVolume returns. The engine closes that one.",
				see: ["flock(2)"],
			},
			{
				diagnosis: "volume-not-removed",
				why: "No container had the volume any more. removeVolume was called, and the volume's directory is still there.",
				try: "If the exclusive lock was given: rmSync(path, { recursive: true }).",
				see: ["flock(2)"],
			},
		],
	},
	{
		fact: "volume.unused",
		madeOf: "files",
		what: "a volume after removeVolume was called, while only a container with other volumes ran",
		followsFrom: ["volume.shared", "volume.removed"],
		explain: [
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
