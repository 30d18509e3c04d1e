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
export const REFUSED = "refused";
export const HOSTS = "the host's";

type Line = NonNullable<ProcessState["identity"]>["uidMap"][number];

/** The facts of this lesson. */
export function deriveFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const { before, after, moments } = observation;
	const host = moments[DURING]?.host ?? after;
	const box = commandAt(observation, DURING);
	const alone = commandAt(observation, DURING, ALONE);
	const facts: Record<string, FactValue> = {
		"left.files": leftFiles(after, drawn),
		"left.cgroups": after.cgroups.filter((path) => !before.cgroups.includes(path)).length,
		"alone.maps": alone === null ? NOT_RUN : mapsOf(alone, drawn),
		"alone.owner": alone === null ? NOT_RUN : ownerOf(host, MADE.alone, drawn),
		"alone.signal": alone === null ? NOT_RUN : signalTried(before, host, drawn),
	};
	if (box === null) return facts;
	return {
		...facts,
		"user.namespace": box.namespaces["user"] === before.namespaces["user"] ? HOSTS : "its own",
		"user.maps": mapsOf(box, drawn),
		"user.ids": idsOf(box, drawn),
		"user.groups": box.credentials.groups
			.filter((group) => String(group) !== drawn["gid"])
			.map((group) => named(group, drawn)),
		"user.capabilities": box.credentials.capabilities,
		"owners.root": ownerOf(host, MADE.byRoot, drawn),
		"owners.others": ownerOf(host, MADE.given, drawn),
		"walls.file": isMade(host, pathsOf(drawn).shared, TRIED.secret) ? "read" : REFUSED,
		"walls.mount": isMade(host, pathsOf(drawn).frozen, TRIED.mount) ? "changed" : REFUSED,
		"works.overlay": box.overlay === null ? "no overlay" : "an overlay",
		"works.cgroup": box.cgroup.replace(/^0::/, "") === `/${drawn["cgroup"]}/${drawn["id"]}` ? "its own" : box.cgroup,
		"works.network": networkOf(box, before),
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

/** The owner and the group of a file in the user's directory, as the host numbers them. */
function ownerOf(host: HostState, file: string, drawn: RandomInputs): string {
	const entry = entryIn(host, pathsOf(drawn).shared, file);
	return entry === undefined ? "not made" : `user ${named(entry.uid, drawn)}, group ${named(entry.gid, drawn)}`;
}

/** Whether the process of the host's root still runs. */
function signalTried(before: HostState, host: HostState, drawn: RandomInputs): string {
	const pid = Number(entryIn(before, pathsOf(drawn).roots, PID_FILE)?.text);
	return host.tasks.some((task) => task.pid === pid && !hasEnded(task)) ? REFUSED : "killed";
}

function networkOf({ namespaces, network }: ProcessState, before: HostState): string {
	if (namespaces["net"] === before.namespaces["net"]) return HOSTS;
	const links = network?.links.map(({ name, flags }) => `${name} ${flags.includes("UP") ? "up" : "down"}`) ?? [];
	return `its own, with ${links.join(", ")}`;
}

/** What the containers have left in the directory where box makes everything for them. */
function leftFiles(after: HostState, drawn: RandomInputs): string[] {
	const entries = after.trees[pathsOf(drawn).run] ?? [];
	return entries.flatMap(({ path }) => (/^box\/[^/]+$/.test(path) ? [path.replace(/^box\//, "")] : []));
}

function zombies(before: HostState, now: HostState): number {
	const known = new Set(before.tasks.map(taskIdentity));
	// Zombies whose parent is the host's init are left out: init will soon reap them.
	return now.tasks.filter((task) => task.state === "Z" && task.ppid !== 1 && !known.has(taskIdentity(task))).length;
}
