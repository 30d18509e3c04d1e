import { type Context, type Explanation, refused } from "../../harness/judge/index.ts";

const op = ({ thrown }: Context) => thrown?.syscall?.args["op"];
const ioctlRefused = (request: string, error: string) => (context: Context) =>
	refused("ioctl", error)(context) && op(context) === request;

/** Explanations of exceptions, the most specific first. */
export const refusals: Explanation[] = [
	{
		when: ioctlRefused("TIOCSCTTY", "EPERM"),
		diagnosis: "terminal-without-session",
		why: ({ ledger }) =>
			`Only the leader of a session that has no terminal yet can get one. ${ledger.some(({ call, error }) => call === "setsid" && error === undefined) ? "A session was made, but the session of this process has a terminal already, or this process does not lead it, or the terminal belongs to another session." : "There is no setsid in the list of your system calls, so this process is in its caller's session."}`,
		try: "Call setsid() in takeStreams, before TIOCSCTTY, in the same process.",
		see: ["ioctl_tty(2)", "setsid(2)"],
	},
	{
		when: ioctlRefused("TIOCGPTPEER", "EIO"),
		diagnosis: "terminal-still-locked",
		why: "The other end of a new pseudo-terminal is locked, until a process unlocks it through the master. So nobody opens it before its owner and mode are right.",
		try: "ioctl(master, TIOCSPTLCK, 0) before TIOCGPTPEER.",
		see: ["ioctl_tty(2)", "unlockpt(3)"],
	},
	{
		when: refused("ioctl", "EBADF"),
		diagnosis: "terminal-of-the-host",
		why: ({ thrown }) =>
			`Descriptor ${thrown?.syscall?.args["fd"]} is not open. Possible causes: your program has closed it already; or it was a terminal that was opened before connectStreams returned. At that moment, the engine closes every terminal, except at 0, 1 and 2: such a terminal is in the host's /dev/pts, not in the container's.`,
		try: "Open /dev/ptmx in takeStreams: there, the process has the container's root. Close a descriptor only after its last use.",
		see: ["pty(7)", "pts(4)"],
	},
	{
		when: refused("setsid", "EPERM"),
		diagnosis: "session-twice",
		why: ({ ledger }) =>
			`This process leads a process group already${ledger.some(({ call, error }) => call === "setsid" && error === undefined) ? ": a process that has called setsid leads one" : ""}. A group's leader cannot leave it.`,
		try: "Call setsid once, in takeStreams.",
		see: ["setsid(2), ERRORS"],
	},
	{
		when: ({ thrown }) => /^EIO\b/.test(thrown?.message ?? ""),
		diagnosis: "end-taken-for-failure",
		why: "Reading the master of a pseudo-terminal fails with EIO once no process has the other end open. That is how a terminal ends: there is no end of file as in a pipe. The exception has cost the container its exit code.",
		try: "In onEnd, take EIO for an end: throw only other errors.",
		see: [],
	},
	{
		when: (context) =>
			refused("tcgetattr", "ENOTTY")(context) ||
			refused("tcsetattr", "ENOTTY")(context) ||
			(refused("ioctl", "ENOTTY")(context) && op(context)?.endsWith("WINSZ") === true),
		diagnosis: "not-a-terminal",
		why: ({ thrown }) =>
			`Descriptor ${thrown?.syscall?.args["fd"]} is not a terminal, so it has no settings and no size. The caller's streams can be pipes, or were replaced before.`,
		try: "Ask isatty first, and ask for settings and size in connectStreams, before you replace descriptors.",
		see: ["isatty(3)", "termios(3)"],
	},
];
