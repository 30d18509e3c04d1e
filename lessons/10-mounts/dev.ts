import type { Context, FactRule } from "../../harness/judge/index.ts";

/** The rules about /dev. */

const listOf = ({ facts }: Context, fact: string) => [facts[fact] ?? []].flat().map(String);
/** If /dev is not the container's own, the finding about dev.mount explains all others about /dev. */
const notItsOwn = (_: unknown, { facts }: Context) => !String(facts["dev.mount"]).startsWith("its own");

/** Names of the `wanted` devices that are not in the command's /dev. */
const missing = (context: Context, wanted: readonly string[]) => {
	const got = listOf(context, "dev.devices");
	return wanted.filter((device) => !got.includes(device)).map((device) => shown(context, nameOf(device)));
};
/** Replaces the placeholder ‹device› by the name that the additional device had in this run. */
const shown = ({ drawn }: Context, text: string) => text.replaceAll("‹device›", drawn["device"] ?? "");
const entryOf = ({ process }: Context, name: string) => process?.rootTrees["dev"]?.find(({ path }) => path === name);
const nameOf = (device: string) => device.split(" ")[0] ?? "";

/** The devices of every container, in the form of the fact dev.devices: name, type, and major:minor. */
const STANDARD = [
	...["full char 1:7", "null char 1:3", "random char 1:8"],
	...["tty char 5:0", "urandom char 1:9", "zero char 1:5"],
];
const EXTRA = "‹device› block 1:7";

/** The mode that this device should have, if mknod was called with it; otherwise undefined. */
function modeAskedFor({ ledger, drawn }: Context, path: string): number | undefined {
	const made = ledger.find(
		({ call, args, error }) => call === "mknod" && error === undefined && args["pathname"] === JSON.stringify(path),
	);
	const wanted = path === `/dev/${drawn["device"]}` ? "0660" : "0666";
	return made?.args["mode"]?.endsWith(`|${wanted}`) ? Number.parseInt(wanted, 8) : undefined;
}

/** Whether `got` is what the usual umask leaves of the mode that was asked for. */
const wasCleared = (asked: number | undefined, got: number) => asked !== undefined && got === (asked & ~0o022);

export const devRules: FactRule[] = [
	{
		fact: "dev.mount",
		madeOf: "kernel",
		what: "what the command's /dev is",
		explain: [
			{
				when: ({ facts }) => facts["dev.mount"] === "the host's",
				diagnosis: "devtmpfs-mounted",
				why: "The command's /dev shows every device of the machine, its disks included, and a file that is removed there is gone for the host, too. devtmpfs is one file system for the whole kernel: a second mount of it shows the same files.",
				try: "Mount a tmpfs, and make only the devices in it that the container may have.",
				see: ["mknod(2)", "tmpfs(5)"],
			},
			{
				when: ({ facts }) => facts["dev.mount"] === "its own, without access to devices",
				diagnosis: "dev-nodev",
				why: "The line of /dev in the command's mount table has nodev. On such a mount, no device file can be opened: even /dev/null gives EACCES.",
				try: "Leave out MS_NODEV for /dev.",
				see: ["mount(2)"],
			},
			{
				when: ({ facts }) => facts["dev.mount"] === "its own, and not only root may write in it",
				diagnosis: "dev-for-everybody",
				why: (context) =>
					`The mode of /dev is 0${entryOf(context, ".")?.mode.toString(8)}, so others than root may make files there. A program that opens a device that is missing could open somebody's file instead. The root of a tmpfs has the mode 1777, as /tmp has, unless an option says otherwise.`,
				try: 'Mount it with the option "mode=755".',
				see: ["tmpfs(5)"],
			},
			{
				diagnosis: "dev-not-mounted",
				why: "Nothing is mounted on /dev: the command sees the directory that the image has. Whoever made the image would decide which devices a container gets.",
				try: 'Start with mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=755").',
				see: ["mount(2)", "tmpfs(5)"],
			},
		],
	},
	{
		fact: "dev.devices",
		madeOf: "files",
		what: "the devices in /dev",
		accept: notItsOwn,
		explain: [
			{
				when: (context) => {
					const got = listOf(context, "dev.devices");
					const names = got.map(nameOf);
					return [...STANDARD, EXTRA].some((device) => names.includes(nameOf(device)) && !got.includes(device));
				},
				diagnosis: "other-device",
				why: (context) => {
					const wrong = listOf(context, "dev.devices").filter((device) =>
						[...STANDARD, EXTRA].some((wanted) => wanted !== device && nameOf(wanted) === nameOf(device)),
					);
					return `These names lead to another device: ${shown(context, wrong.join(", "))}. The kernel does not know a device's name. It only looks at the type and the two numbers.`;
				},
				try: "Make each device with its own type, major and minor number, in this order: mknod(path, type | mode, makedev(major, minor)).",
				see: ["mknod(2)", "makedev(3)"],
			},
			{
				when: (context) => missing(context, [EXTRA]).length > 0 && missing(context, STANDARD).length === 0,
				diagnosis: "device-not-given",
				why: ({ drawn }) =>
					`The devices of every container are there, but the one that this container was given is not a device file: /dev/${drawn["device"]}.`,
				try: "Make those in the parameter devices as well, in the same way and at the same time as the others.",
				see: ["mknod(2)"],
			},
			{
				when: (context) => missing(context, [...STANDARD, EXTRA]).length > 0,
				diagnosis: "devices-missing",
				why: (context) =>
					`In the command's /dev, these are not device files: ${missing(context, [...STANDARD, EXTRA]).join(", ")}. Without S_IFCHR in its mode, mknod makes an ordinary file. A shell that writes to a missing /dev/null makes one, too.`,
				try: "After the mount on /dev, call mknod(path, type | mode, makedev(major, minor)) for each of DEVICES, and of the parameter devices.",
				see: ["mknod(2)"],
			},
			{
				diagnosis: "device-not-asked-for",
				why: (context) =>
					`The command's /dev has devices that nobody has asked for: ${listOf(context, "dev.devices")
						.filter((device) => ![...STANDARD, EXTRA].includes(device))
						.join(", ")}. Each device is a way to a driver of the host's kernel.`,
				try: "Make only DEVICES and those in the parameter devices.",
				see: ["mknod(2)"],
			},
		],
	},
	{
		fact: "dev.modes",
		madeOf: "files",
		what: "devices with another mode than was asked for",
		accept: notItsOwn,
		explain: [
			{
				when: (context) =>
					listOf(context, "dev.modes").every((flaw) => {
						const [path = "", got = ""] = shown(context, flaw).split(": ");
						return wasCleared(modeAskedFor(context, path), Number.parseInt(got, 8));
					}),
				diagnosis: "umask-cleared-bits",
				why: (context) =>
					`These devices have fewer rights than were asked for: ${shown(context, listOf(context, "dev.modes").join(", "))}. mknod(2) clears those bits of the mode that are in the process's umask. The umask is mostly 022, so only the owner, root, may write to them.`,
				try: "Call chmodSync after mknod. Or call process.umask(0) before, and set the old umask again afterwards.",
				see: ["umask(2)", "mknod(2)"],
			},
			{
				diagnosis: "device-mode-wrong",
				why: (context) =>
					`These devices have another mode than was asked for: ${shown(context, listOf(context, "dev.modes").join(", "))}.`,
				try: "Each device has a mode of its own, in its property mode: use that one.",
				see: ["mknod(2)", "chmod(2)"],
			},
		],
	},
	{
		fact: "dev.links",
		madeOf: "files",
		what: "links in /dev that are missing or lead elsewhere",
		accept: notItsOwn,
		explain: [
			{
				diagnosis: "links-missing",
				why: ({ facts }) =>
					`No link with the right target: ${[facts["dev.links"] ?? []].flat().join(", ")}. Programs open /dev/stdout, and shells make /dev/fd/63 for <(…). The kernel shows a process its open files in /proc/self/fd, so links must lead there.`,
				try: "In your /dev, for each of LINKS: symlinkSync(target, path). The target comes first.",
				see: ["symlink(2)", "proc_pid_fd(5)"],
			},
		],
	},
	{
		fact: "dev.pts",
		madeOf: "kernel",
		what: "the terminals in /dev/pts",
		accept: notItsOwn,
		explain: [
			{
				when: ({ facts }) => facts["dev.pts"] === "its own, without access to devices",
				diagnosis: "devpts-nodev",
				why: "The line of /dev/pts in the command's mount table has nodev. Terminals are devices, and so is ptmx. On such a mount, nobody can open them: EACCES.",
				try: "Leave out MS_NODEV for /dev/pts: MS_NOSUID | MS_NOEXEC are enough.",
				see: ["mount(2)", "pts(4)"],
			},
			{
				diagnosis: "no-terminals",
				why: "No devpts of the container's own is mounted on the command's /dev/pts. A program that wants to make a terminal, such as an SSH server, finds none.",
				try: 'Make the directory, and mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "ptmxmode=666,mode=620,gid=5"). It must be the last mount on this path: /dev itself comes first.',
				see: ["pts(4)", "mount(2)"],
			},
		],
	},
	{
		fact: "dev.ptmx",
		madeOf: "files",
		what: "/dev/ptmx, which makes terminals",
		followsFrom: ["dev.pts"],
		accept: notItsOwn,
		explain: [
			{
				when: ({ facts }) => String(facts["dev.ptmx"]).startsWith("not for everybody"),
				diagnosis: "ptmx-closed",
				why: (context) =>
					`/dev/ptmx is ${context.facts["dev.ptmx"]}. ${entryOf(context, "ptmx")?.kind === "symlink" ? "The link leads to a file that each mount of devpts has. Without the option ptmxmode, nobody but root may open that file." : "It is a file with a mode of its own. mknod(2) clears those bits of the mode that are in the process's umask."}`,
				try: "Mount devpts with the option ptmxmode=666, and make /dev/ptmx a link to pts/ptmx.",
				see: ["pts(4)", "mount(8)"],
			},
			{
				diagnosis: "ptmx-missing",
				why: "/dev/ptmx is not there, or does not lead to the ptmx of /dev/pts. posix_openpt(3) opens exactly this path to make a new terminal.",
				try: 'symlinkSync("pts/ptmx", "/dev/ptmx")',
				see: ["pts(4)"],
			},
		],
	},
	{
		fact: "dev.mounts",
		madeOf: "kernel",
		what: "what is wrong with /dev/shm and /dev/mqueue",
		accept: notItsOwn,
		explain: [
			{
				when: (context) => listOf(context, "dev.mounts").some((flaw) => flaw.includes(": no ")),
				diagnosis: "dev-mounts-missing",
				why: ({ facts }) =>
					`In the command's mount table: ${[facts["dev.mounts"] ?? []].flat().join("; ")}. shm_open(3) and mq_open(3) make their files there.`,
				try: 'Make both directories in your /dev. Then mount("shm", "/dev/shm", "tmpfs", flags, null) and mount("mqueue", "/dev/mqueue", "mqueue", flags, null), with the flags MS_NOSUID | MS_NODEV | MS_NOEXEC.',
				see: ["mount(2)", "shm_overview(7)", "mq_overview(7)"],
			},
			{
				when: (context) => listOf(context, "dev.mounts").some((flaw) => flaw.includes(": mode ")),
				diagnosis: "shm-closed",
				why: ({ facts }) =>
					`${[facts["dev.mounts"] ?? []].flat().join("; ")}. Every user of the container makes files in /dev/shm, as in /tmp, and may only remove their own: mode 1777.`,
				try: "Leave out the option mode, and do not change the mode later: 1777 is the default of tmpfs.",
				see: ["tmpfs(5)", "shm_overview(7)"],
			},
			{
				diagnosis: "dev-mounts-open",
				why: ({ facts }) =>
					`In the command's mount table: ${[facts["dev.mounts"] ?? []].flat().join("; ")}. These directories hold data, and everybody may write there. So they should hold no programs, no devices and no setuid files.`,
				try: "Mount both with MS_NOSUID | MS_NODEV | MS_NOEXEC.",
				see: ["mount(2)"],
			},
		],
	},
];
