import { BOX, type Context, called, type Explanation, type LedgerCall, refused } from "../../harness/judge/index.ts";
import { ALONE } from "./scenario.ts";

/** Explanations of exceptions and other early ends, the most specific first. */

/** The call that the context is about: see ofAlone in ids.ts. */
const callOf = ({ observation: { calls } }: Context) => calls[BOX] ?? calls[ALONE];
const hasUserNamespace = (context: Context) => called(context, "unshare", "CLONE_NEWUSER");
const hasMountNamespace = (context: Context) => called(context, "unshare", "CLONE_NEWNS");

/** Writes of the exercise to one of the files of /proc about its user namespace. */
const writesTo = (context: Context, file: string) =>
	(callOf(context)?.writes ?? []).filter(({ args }) => String(args["path"]).includes(file));
const refusedWrite = (context: Context, file: string) => writesTo(context, file).find(({ error }) => error === "EPERM");
const hasWritten = (context: Context, file: string) => writesTo(context, file).some(({ error }) => error === undefined);
const isMapProgram = ({ call, args }: LedgerCall) =>
	call === "execve" && /newuidmap|newgidmap/.test(args["pathname"] ?? "");
const hasBegunToMap = (context: Context) =>
	context.ledger.some(isMapProgram) ||
	writesTo(context, "_map").length > 0 ||
	writesTo(context, "setgroups").length > 0;
const refusedMount = ({ ledger }: Context) =>
	ledger.findLast(({ call, error }) => call === "mount" && error === "EPERM");
const data = (write: LedgerCall | undefined) => write?.args["data"] ?? "";

const uidMap = ({ atThrow }: Context) => atThrow?.identity?.uidMap ?? [];
const gidMap = ({ atThrow }: Context) => atThrow?.identity?.gidMap ?? [];
const wasRead = ({ atThrow }: Context) => atThrow?.identity !== null && atThrow?.identity !== undefined;
const isInUserNamespace = ({ atThrow, observation }: Context) =>
	atThrow !== null && atThrow.namespaces["user"] !== observation.before.namespaces["user"];

/** Whether newuidmap or newgidmap was executed by a descendant of a process, forked after the process's unshare. */
function helperIsInside(context: Context): boolean {
	const { ledger: calls } = context;
	const moved = calls.findIndex((entry) => called({ ledger: [entry] }, "unshare", "CLONE_NEWUSER"));
	const mover = calls[moved]?.task;
	if (mover === undefined) return false;
	const forksBefore = calls.slice(0, moved).filter(({ task, call }) => task === mover && call === "fork").length;
	return calls
		.filter((entry) => isMapProgram(entry) && entry.task.startsWith(`${mover}.`))
		.some(({ task }) => Number(task.slice(mover.length + 1).split(".")[0]) > forksBefore);
}

const overlayRefused = ({ ledger }: Context) =>
	ledger.some(
		({ call, args, error }) => call === "mount" && args["filesystemtype"] === '"overlay"' && error === "EACCES",
	);
const outsideOfRoot = (process: Context["atThrow"]) =>
	process?.identity?.uidMap.find(({ inside }) => inside === 0)?.outside ?? "nothing";

export const refusals: Explanation[] = [
	{
		when: (context) => refused("unshare", "EPERM")(context) && !hasUserNamespace(context),
		diagnosis: "mount-namespace-first",
		why: "An ordinary user may make no other namespace than a user namespace. In a new user namespace, the process has all capabilities, CAP_SYS_ADMIN as well, and may make the others there.",
		try: "Call unshare(CLONE_NEWUSER) first, or both flags in one call: then the kernel makes the user namespace first.",
		see: ["user_namespaces(7)", "unshare(2), ERRORS"],
	},
	{
		when: (context) => context.thrown !== null && !hasUserNamespace(context) && hasBegunToMap(context),
		diagnosis: "map-before-namespace",
		why: ({ thrown }) =>
			`${thrown?.message}. The program has tried to set a map, and has not called unshare(CLONE_NEWUSER) before. At that moment, the process was in the host's user namespace, whose map is set since the kernel has started.`,
		try: "Call unshare(CLONE_NEWUSER) first, and set the maps of the new namespace afterwards.",
		see: ["user_namespaces(7)"],
	},
	{
		when: (context) => refused("mount", "EPERM")(context) && !hasUserNamespace(context),
		diagnosis: "not-entered",
		why: "The engine goes on as the ordinary user that it is, and the kernel refuses its first mount. In a user namespace of its own, the process would have all capabilities.",
		try: "Begin with unshare(CLONE_NEWUSER), in the process that calls enterUserNamespace.",
		see: ["user_namespaces(7)", "mount(2), ERRORS"],
	},
	{
		when: (context) => refused("mount", "EPERM")(context) && !hasMountNamespace(context),
		diagnosis: "mounts-of-the-host",
		why: "The process has a user namespace of its own, and is still in the host's mount namespace. That one belongs to the host's user namespace, where this process has no capability. So the kernel refuses its first mount.",
		try: "Call unshare(CLONE_NEWNS) in the new user namespace.",
		see: ["mount_namespaces(7)", "user_namespaces(7)"],
	},
	...["proc", "sysfs"].map(
		(type): Explanation => ({
			when: (context) =>
				refused("mount", "EPERM")(context) && refusedMount(context)?.args["filesystemtype"] === `"${type}"`,
			diagnosis: "foreign-file-system",
			why: `A mount of ${type} shows the ${type === "proc" ? "PID" : "network"} namespace of the process that mounts it. The kernel allows it only in a ${type === "proc" ? "PID" : "network"} namespace that belongs to the process's user namespace. Here, this was still the host's. An engine that root starts may do that, and an ordinary user's may not.`,
			try: `Mount ${type} only when the container has its own ${type === "proc" ? "PID namespace, as your module of lesson 05 should do it" : "network namespace, as your module of lesson 10 should do it"}.`,
			see: ["user_namespaces(7)"],
		}),
	),
	{
		when: (context) => refusedWrite(context, "gid_map") !== undefined && !hasWritten(context, "setgroups"),
		diagnosis: "setgroups-not-denied",
		misconception: 14,
		why: (context) =>
			`The kernel has refused to write ${data(refusedWrite(context, "gid_map"))} to gid_map. A file's mode can deny access to a group, and a process could leave that group by setgroups. So without privilege, a process may set gid_map only after setgroups is out of reach in this namespace.`,
		try: 'Write "deny" to /proc/self/setgroups before gid_map.',
		see: ["user_namespaces(7)"],
	},
	{
		when: (context) => refusedWrite(context, "setgroups") !== undefined && gidMap(context).length > 0,
		diagnosis: "denied-too-late",
		misconception: 14,
		why: "gid_map is set. From then on, the kernel does not let anybody change what setgroups may do in this namespace.",
		try: 'Write "deny" to setgroups first, and gid_map afterwards.',
		see: ["user_namespaces(7)"],
	},
	...["uid_map", "gid_map"].map(
		(file): Explanation => ({
			when: (context) => refusedWrite(context, file) !== undefined && hasWritten(context, file),
			diagnosis: "map-written-twice",
			misconception: 14,
			why: (context) =>
				`${file} can be written once. The program has written to it before, and the kernel has refused to add ${data(refusedWrite(context, file))}.`,
			try: "Write all lines of a map with one call.",
			see: ["user_namespaces(7)"],
		}),
	),
	...["uid_map", "gid_map"].map(
		(file): Explanation => ({
			when: (context) => refusedWrite(context, file) !== undefined && uidMapWriteIsForeign(context, file),
			diagnosis: "foreign-ids",
			why: (context) =>
				`The kernel has refused to write ${data(refusedWrite(context, file))} to ${file}. The first number is the id inside, the second one the id outside. Without privilege, the line must have the process's own id outside, ${context.drawn[file === "uid_map" ? "uid" : "gid"]}, and 1 as the third number; and there can be only one line. What /etc/subuid says, the kernel does not know: newuidmap reads it.`,
			try: "Write a single own id by hand, and leave ranges to newuidmap and newgidmap.",
			see: ["user_namespaces(7)", "newuidmap(1)"],
		}),
	),
	{
		when: (context) => context.thrown !== null && helperIsInside(context) && uidMap(context).length === 0,
		diagnosis: "helper-inside",
		why: "newuidmap was executed in the new user namespace, and uid_map is empty. newuidmap is a setuid program of root's. But whose root? The host's root has no number in the new namespace, so execve gave it no privilege there.",
		try: "Fork the helper before unshare. It stays outside, and waits until the other process has called unshare.",
		see: ["user_namespaces(7)", "newuidmap(1)", "execve(2)"],
	},
	{
		when: (context) => refused("setgroups", "EPERM")(context) && hasWritten(context, "setgroups"),
		diagnosis: "groups-denied",
		why: "The program has written deny to /proc/PID/setgroups, so nobody may call setgroups in this namespace any more. The groups of the caller stay, and are shown as 65534.",
		try: "With ranges, call setgroups([]), and do not write deny: newgidmap may set the map without it. Without ranges, write deny, and do not call setgroups.",
		see: ["user_namespaces(7)", "setgroups(2), ERRORS"],
	},
	{
		when: refused("setgroups", "EPERM"),
		diagnosis: "groups-before-map",
		why: "As long as gid_map is empty, no process may call setgroups in a user namespace. Possible causes: nobody has set the map; the program has not waited until newgidmap had ended; newgidmap was given no range, and has denied setgroups.",
		try: "Wait until both maps are set: wait for the helper with waitpid.",
		see: ["user_namespaces(7)", "setgroups(2), ERRORS"],
	},
	{
		when: (context) => refused("setresuid", "EINVAL")(context) || refused("setresgid", "EINVAL")(context),
		diagnosis: "id-without-map",
		why: (context) =>
			`The kernel refused an id that has no number outside. At that moment, ${uidMap(context).length === 0 ? "uid_map was empty" : "the maps were set"}${gidMap(context).length === 0 ? ", and gid_map was empty" : ""}.`,
		try: "Set the maps first. If 0 is mapped to the caller's own id, the process need not change its ids at all: it is 0 inside as soon as the map is set.",
		see: ["user_namespaces(7)", "setresuid(2), ERRORS"],
	},
	{
		when: (context) => isInUserNamespace(context) && uidMap(context).length > 0 && gidMap(context).length === 0,
		diagnosis: "gid-map-refused",
		why: ({ thrown }) =>
			`When the program threw (${thrown?.message}), uid_map was set, and gid_map was empty. Possible causes: nobody has written "deny" to setgroups before, if there are no ranges; newgidmap was given other numbers than those of gid and subgids, and says so on standard error.`,
		try: "With ranges: newgidmap PID 0 GID 1 1 START COUNT, with mapping.gid and mapping.subgids. Without: first deny to setgroups, then 0 GID 1 to gid_map.",
		see: ["newgidmap(1)", "user_namespaces(7)"],
	},
	{
		when: (context) =>
			isInUserNamespace(context) &&
			uidMap(context).length > 0 &&
			String(outsideOfRoot(context.atThrow)) !== context.drawn["uid"],
		diagnosis: "not-the-user",
		why: ({ thrown, atThrow, drawn }) =>
			`${thrown?.message}. At that moment, the process was user ${atThrow?.credentials.uids[1]} for the host, and 0 inside was ${outsideOfRoot(atThrow)} outside. The directories in which the engine works belong to ${drawn["uid"]}.`,
		try: "Map 0 to the caller's own id, and let the process be 0 inside.",
		see: ["user_namespaces(7)"],
	},
	{
		when: (context) =>
			hasUserNamespace(context) &&
			(overlayRefused(context) || (isInUserNamespace(context) && wasRead(context) && uidMap(context).length === 0)),
		diagnosis: "map-empty",
		why: (context) =>
			`${overlayRefused(context) ? "In the new user namespace, the kernel refused to mount the overlay: EACCES, because this process has no number there." : `When the program threw (${context.thrown?.message}), uid_map was empty.`} As long as a process has no number in its user namespace, it is shown as 65534, and may not even use the files that are its own. Possible causes: nobody has set the map; newuidmap was called before unshare, with another pid, or with other numbers than /etc/subuid allows, and says so on standard error.`,
		try: "Without ranges, write to /proc/self/uid_map. With ranges, let newuidmap do it, after unshare: newuidmap PID 0 UID 1 1 START COUNT.",
		see: ["user_namespaces(7)", "newuidmap(1)"],
	},
];

/** Whether the refused text is something else than one line with the own id. */
function uidMapWriteIsForeign(context: Context, file: string): boolean {
	const own = context.drawn[file === "uid_map" ? "uid" : "gid"];
	return !new RegExp(`^"\\s*\\d+\\s+${own}\\s+1\\s*(\\\\n)?"$`).test(data(refusedWrite(context, file)));
}
