import {
	commandAt,
	DURING,
	type Entry,
	type FactValue,
	type HostState,
	hasEnded,
	type Observation,
	type ProcessState,
	type RandomInputs,
	taskIdentity,
} from "../../harness/judge/index.ts";
import { ALONE, MADE, PID_FILE, pathsOf, TRIED } from "./scenario.ts";

/** Values that explanations ask for. */
export const NOT_RUN = "the command did not run";
export const HOSTS = "the host's";

type Line = NonNullable<ProcessState["identity"]>["uidMap"][number];

/** The facts of this lesson. */
export function deriveFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const { before, after, moments } = observation;
	const host = moments[DURING]?.host ?? after;
	const box = commandAt(observation, DURING);
	const alone = commandAt(observation, DURING, ALONE);
	const facts: Record<string, FactValue> = {
		"alone.maps": alone === null ? NOT_RUN : mapsOf(alone, drawn),
		left: left(before, after, drawn),
	};
	if (box === null) return facts;
	return {
		...facts,
		"user.namespace": box.namespaces["user"] === before.namespaces["user"] ? HOSTS : "its own",
		"user.ids": idsOf(box, drawn),
		owners: Object.values(MADE).map((file) => `${file}: ${ownerOf(host, file, drawn)}`),
		"user.maps": mapsOf(box, drawn),
		"user.groups": groupsOf(box, drawn),
		powers: [
			`capabilities: ${box.credentials.capabilities}`,
			`root: ${box.overlay === null ? "no overlay" : "an overlay"}`,
			`cgroup: ${box.cgroup.replace(/^0::/, "") === `/${drawn["cgroup"]}/${drawn["id"]}` ? "its own" : box.cgroup}`,
			`network: ${networkOf(box, before)}`,
			`a file of the host's root: ${isMade(host, pathsOf(drawn).shared, TRIED.secret) ? "read" : "refused"}`,
			`a read-only mount of the host's: ${isMade(host, pathsOf(drawn).frozen, TRIED.mount) ? "changed" : "refused"}`,
			`a process of the host's root: ${alone === null ? "not tried" : signalTried(before, host, drawn)}`,
		],
		zombies: zombies(before, host),
	};
}

/** A number of the host's by its meaning in this run, such as ‹uid›. */
function named(id: number, drawn: RandomInputs): string {
	const name = ["uid", "gid", "callersGroup", "subuid", "subgid"].find((one) => drawn[one] === String(id));
	if (name !== undefined) return `‹${name}›`;
	const range = ["subuid", "subgid"].find((one) => isIn(id, Number(drawn[one]), Number(drawn["count"])));
	return range === undefined ? String(id) : `‹${range}›+${id - Number(drawn[range])}`;
}

const isIn = (id: number, start: number, count: number) => id >= start && id < start + count;

/** Both maps, line by line: the first id inside, the first one outside, and how many. */
function mapsOf({ identity }: ProcessState, drawn: RandomInputs): string[] {
	const shown = (kind: string, lines: readonly Line[] = []) =>
		joined(lines).map(({ inside, outside, length }) => {
			const many = String(length) === drawn["count"] ? "‹count›" : String(length);
			return `${kind} ${inside} ${named(outside, drawn)} ${many}`;
		});
	return [...shown("uid", identity?.uidMap), ...shown("gid", identity?.gidMap)];
}

/** The same map with as few lines as possible, sorted. */
function joined(lines: readonly Line[]): Line[] {
	const result: Line[] = [];
	for (const line of lines.toSorted((one, other) => one.inside - other.inside)) {
		const last = result.at(-1);
		const goesOn =
			last !== undefined && last.inside + last.length === line.inside && last.outside + last.length === line.outside;
		if (goesOn) result.splice(-1, 1, { ...last, length: last.length + line.length });
		else result.push(line);
	}
	return result;
}

/** The command's ids, as the host numbers them. */
function idsOf({ credentials: { uids, gids } }: ProcessState, drawn: RandomInputs): string {
	const shown = (ids: readonly number[]) => [...new Set(ids)].map((id) => named(id, drawn)).join(", ");
	return `user ${shown(uids)}, group ${shown(gids)}`;
}

const entryIn = (host: HostState, tree: string, path: string): Entry | undefined =>
	host.trees[tree]?.find((entry) => entry.path === path);

const isMade = (host: HostState, tree: string, path: string) => entryIn(host, tree, path) !== undefined;

/** The supplementary groups besides the user's own group, as the host numbers them. */
function groupsOf({ credentials: { groups } }: ProcessState, drawn: RandomInputs): string[] {
	return groups.filter((group) => String(group) !== drawn["gid"]).map((group) => named(group, drawn));
}

/** The owner and the group of a file in the user's directory, as the host numbers them. */
function ownerOf(host: HostState, file: string, drawn: RandomInputs): string {
	const entry = entryIn(host, pathsOf(drawn).shared, file);
	return entry === undefined ? "not made" : `user ${named(entry.uid, drawn)}, group ${named(entry.gid, drawn)}`;
}

/** Whether the process of the host's root still runs. */
function signalTried(before: HostState, host: HostState, drawn: RandomInputs): string {
	const pid = Number(entryIn(before, pathsOf(drawn).roots, PID_FILE)?.text);
	return host.tasks.some((task) => task.pid === pid && !hasEnded(task)) ? "refused" : "killed";
}

function networkOf({ namespaces, network }: ProcessState, before: HostState): string {
	if (namespaces["net"] === before.namespaces["net"]) return HOSTS;
	const links = network?.links.map(({ name, flags }) => `${name} ${flags.includes("UP") ? "up" : "down"}`) ?? [];
	return `its own, with ${links.join(", ")}`;
}

/** What is left in the directory where box makes everything for the user's containers, and of their cgroups. */
function left(before: HostState, after: HostState, drawn: RandomInputs): string[] {
	const { run } = pathsOf(drawn);
	const entries = after.trees[run] ?? [];
	const files = entries.filter(({ path }) => path !== "." && path !== "box" && !/^box\/.*\//.test(path));
	const cgroups = after.cgroups.filter((path) => !before.cgroups.includes(path));
	return [...files.map(({ path }) => `${run}/${path}`), ...cgroups.map((path) => `/sys/fs/cgroup${path}`)];
}

function zombies(before: HostState, now: HostState): number {
	const known = new Set(before.tasks.map(taskIdentity));
	// Zombies whose parent is the host's init are left out: init will soon reap them.
	return now.tasks.filter((task) => task.state === "Z" && task.ppid !== 1 && !known.has(taskIdentity(task))).length;
}
