import type { KernelState } from "../events.ts";
import { beforeLastChange, withoutGaps } from "./changes.ts";
import type { Past } from "./past.ts";
import { programName, SHELL_NAMES } from "./phrases.ts";
import { terminalChangeOf } from "./terminal-changes.ts";
import type { ProcessGroup, TerminalPicture, TerminalProcess, TerminalsPicture } from "./terminals-picture.ts";

type Reading = NonNullable<KernelState["host"]["terminals"]>;
type User = Reading["users"][number];
/** A terminal's number, and the devpts that its file is in. */
type Place = Pick<Reading["settings"][number], "number" | "device">;

/** What the kernel shows as the controlling terminal of a process that has none. */
const NO_TERMINAL = "0:0";

const keyOf = ({ device, number }: Place) => `${device} ${number}`;

/** The terminals, with their sessions, process groups and both ends. */
export function terminalsOf(past: Past): TerminalsPicture {
	const seen = withoutGaps(past);
	const view = seen.at(-1)?.view;
	if (view === undefined) return { terminals: [], latestChange: "", changedKey: null };
	const before = beforeLastChange(seen, comparedPart)?.view;
	const now = terminalsIn(view);
	if (before === undefined) return { terminals: now, latestChange: "", changedKey: null };
	const previous = terminalsIn(before);
	const change = terminalChangeOf(previous, now);
	return { terminals: markNew(previous, now), latestChange: change?.text ?? "", changedKey: change?.key ?? null };
}

/** All but the names: a process that executes another program has the same terminals as before. */
const comparedPart = (view: KernelState) =>
	JSON.stringify(terminalsIn(view), (key, value: unknown) => (key === "name" ? undefined : value));

function terminalsIn(view: KernelState): TerminalPicture[] {
	const reading = view.host.terminals;
	if (reading == null) return [];
	const places = new Map<string, Place>();
	for (const { open } of reading.users) for (const end of open) if (end.number !== "") places.set(keyOf(end), end);
	const all = [...places.values()].map((place) => terminalAt(place, reading, view));
	return inOrder(withParents(all, reading.users));
}

function terminalAt(place: Place, { users, settings }: Reading, view: KernelState): TerminalPicture {
	const has = (end: "master" | "slave") => (user: User) =>
		user.open.some((one) => one.end === end && keyOf(one) === keyOf(place));
	const session = sessionOf(place, users);
	const members = users.filter((user) => user.session === session && user.controlling === place.number);
	const setting = settings.find((one) => keyOf(one) === keyOf(place));
	const process = ({ pid }: User) => processAt(pid, view);
	const leader = members.find(({ pid }) => pid === session);
	return {
		key: keyOf(place),
		file: `/dev/pts/${place.number.split(":")[1]}`,
		isHosts: view.host.mounts.some(({ fstype, device }) => fstype === "devpts" && device === place.device),
		shell: SHELL_NAMES.find((name) => members.some(({ pid }) => pid === view.shells[name]?.shell)) ?? null,
		rows: setting?.rows ?? 0,
		columns: setting?.columns ?? 0,
		mode: setting === undefined ? null : modeOf(setting.set),
		leader: leader === undefined ? null : process(leader),
		groups: groupsOf(members, view),
		masters: users.filter(has("master")).map(process),
		// A terminal that is nobody's controlling terminal has just been made, or its session's leader has ended. Its users
		// do not belong to another session then.
		foreignUsers:
			session === null
				? []
				: users
						.filter((user) => has("slave")(user) && !members.includes(user) && !isRestorer(user, members, view))
						.map(process),
		parent: null,
		isNew: false,
	};
}

/**
 * The session whose controlling terminal this is; null for none. The kernel shows only the number of a controlling
 * terminal, and terminals of different devpts have the same numbers. So a member of the session must also have this
 * terminal open.
 */
function sessionOf(place: Place, users: readonly User[]): number | null {
	const holders = users.filter(
		({ controlling, open }) =>
			controlling === place.number &&
			open.find(({ end, number }) => end === "slave" && number === controlling)?.device === place.device,
	);
	return (holders.find(({ pid, session }) => pid === session) ?? holders[0])?.session ?? null;
}

/**
 * Whether this is the small process by which an engine has its caller's terminal restored if the engine is killed. The
 * engine has started it, in a session of its own without a controlling terminal and outside of all containers.
 */
function isRestorer(
	{ pid, session, controlling }: User,
	members: readonly User[],
	{ host, shells }: KernelState,
): boolean {
	const task = host.tasks.find((one) => one.pid === pid);
	if (task === undefined || pid !== session || controlling !== NO_TERMINAL || task.nsPids.length > 1) return false;
	const isOfEngine = members.some((member) => member.pid === task.ppid);
	return isOfEngine && SHELL_NAMES.every((name) => shells[name]?.shell !== task.ppid);
}

function modeOf(set: readonly string[]): TerminalPicture["mode"] {
	if (set.includes("ICANON")) return "line by line";
	return set.includes("ISIG") ? "key by key" : "raw";
}

function groupsOf(members: readonly User[], view: KernelState): ProcessGroup[] {
	const ids = [...new Set(members.map(({ group }) => group))];
	const groups = ids.map((id) => {
		const own = members.filter(({ group }) => group === id);
		return {
			id,
			processes: own.map(({ pid }) => processAt(pid, view)),
			isForeground: own.some(({ foreground }) => foreground === id),
			isNewInForeground: false,
		};
	});
	return groups.toSorted((one, other) => Number(other.isForeground) - Number(one.isForeground));
}

function processAt(pid: number, { host }: KernelState): TerminalProcess {
	const task = host.tasks.find((one) => one.pid === pid);
	if (task === undefined) return { pid, name: "a process", innerPid: null };
	return { pid, name: programName(task), innerPid: task.nsPids.slice(1).at(-1) ?? null };
}

/** Finds each terminal's `parent`. */
function withParents(all: readonly TerminalPicture[], users: readonly User[]): TerminalPicture[] {
	return all.map((terminal) => {
		const pids = new Set(terminal.masters.map(({ pid }) => pid));
		const sessions = users.filter(({ pid }) => pids.has(pid)).map(({ session }) => session);
		const parent = all.find((other) => other !== terminal && sessions.includes(other.leader?.pid ?? -1));
		return { ...terminal, parent: parent?.key ?? null };
	});
}

function inOrder(all: readonly TerminalPicture[]): TerminalPicture[] {
	const rank = ({ shell }: TerminalPicture) => (shell === null ? SHELL_NAMES.length : SHELL_NAMES.indexOf(shell));
	const below = (terminal: TerminalPicture): TerminalPicture[] => [
		terminal,
		...all.filter(({ parent }) => parent === terminal.key).flatMap(below),
	];
	const tops = all.filter(({ parent }) => parent === null).toSorted((one, other) => rank(one) - rank(other));
	// Two terminals that have each other's masters are below no top. They come last.
	return [...new Set([...tops.flatMap(below), ...all])];
}

function markNew(before: readonly TerminalPicture[], now: readonly TerminalPicture[]): TerminalPicture[] {
	return now.map((terminal) => {
		const old = before.find(({ key }) => key === terminal.key);
		const isKnown = (group: ProcessGroup) =>
			old === undefined ||
			old.groups.some(({ id, isForeground }) => id === group.id && isForeground === group.isForeground);
		return {
			...terminal,
			isNew: old === undefined,
			groups: terminal.groups.map((group) => ({ ...group, isNewInForeground: group.isForeground && !isKnown(group) })),
		};
	});
}
