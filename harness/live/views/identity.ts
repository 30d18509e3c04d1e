import type { Identity } from "../../protocol/index.ts";
import type { KernelState } from "../events.ts";
import { lastTwo } from "./changes.ts";
import type { Past, Told } from "./seen.ts";

/** The length of a map of all ids. The initial user namespace has such a map. */
const ALL = 2 ** 32 - 1;
/** The id that is shown for a user that has none in a namespace. See user_namespaces(7). */
const NOBODY = 65_534;
const MOST_NAMES = 5;

/** A range of ids, as the container and as the host see them. */
export interface Stretch {
	inside: { first: number; last: number };
	outside: { first: number; last: number };
}

/** The container's ids beside the host's. */
export interface Ruler {
	of: "users" | "groups";
	stretches: Stretch[];
	/** Every id is the same in both. */
	whole: boolean;
}

/**
 * A user in the container and on the host, by id and by name. The name is empty if the list of users does not have
 * the id.
 */
export interface Someone {
	inside: { id: number; name: string };
	outside: { id: number; name: string };
	/** The container's shell runs as this user. */
	self: boolean;
	/** The two ids or the two names are different. */
	differs: boolean;
}

export interface IdentityPicture extends Told {
	/** Empty if the maps were not read, as for some recordings. */
	rulers: Ruler[];
	people: Someone[];
	/** The container's shell is in a user namespace of its own. */
	own: boolean;
}

/** Which user the container's shell runs as, in the container and on the host. */
export function taskIdentity(past: Past): IdentityPicture {
	const { now, before } = lastTwo(
		past.filter(({ view }) => view.shells["container"]),
		({ view }) => pictureOf(view),
	);
	if (now === null) return { rulers: [], people: [], own: false, said: "" };
	return { ...now, said: before === null ? "" : saidOf(before, now) };
}

type Picture = Omit<IdentityPicture, "said">;

function pictureOf({ host, shells }: KernelState): Picture {
	const shell = shells["container"];
	const [ours, theirs] = [shells["host"]?.identity ?? null, shell?.identity ?? null];
	const own = shell != null && shell.namespaces["user"] !== host.namespaces["user"];
	if (theirs === null || shell == null) return { rulers: [], people: [], own };
	return { rulers: rulersOf(theirs), people: peopleOf(theirs, ours?.users ?? [], shell.credentials.uids[1] ?? 0), own };
}

function rulersOf({ uidMap, gidMap }: Identity): Ruler[] {
	const rulers = [
		{ of: "users" as const, map: uidMap },
		{ of: "groups" as const, map: gidMap },
	];
	return rulers.map(({ of, map }) => ({
		of,
		stretches: map.map(({ inside, outside, length }) => ({
			inside: { first: inside, last: inside + length - 1 },
			outside: { first: outside, last: outside + length - 1 },
		})),
		whole: map.some(({ inside, outside, length }) => inside === 0 && outside === 0 && length >= ALL),
	}));
}

function peopleOf({ uidMap, users }: Identity, ours: Identity["users"], self: number): Someone[] {
	const name = (list: Identity["users"], id: number) => list.find((one) => one.id === id)?.name ?? "";
	const someone = (inside: number, outside: number): Someone => {
		const [theirName, ourName] = [name(users, inside), name(ours, outside)];
		const differs = theirName !== ourName || inside !== outside;
		const isSelf = outside === self;
		return { inside: { id: inside, name: theirName }, outside: { id: outside, name: ourName }, self: isSelf, differs };
	};
	const inside = (id: number) => {
		const line = uidMap.find(({ outside, length }) => id >= outside && id < outside + length);
		return line === undefined ? NOBODY : line.inside + id - line.outside;
	};
	const outside = (id: number) => {
		const line = uidMap.find(({ inside, length }) => id >= inside && id < inside + length);
		return line === undefined ? [] : [line.outside + id - line.inside];
	};
	const named = users.flatMap(({ id }) => outside(id).map((other) => someone(id, other)));
	const met = ours.filter(({ id }) => inside(id) !== NOBODY).map(({ id }) => someone(inside(id), id));
	const all = [someone(inside(self), self), ...named, ...met];
	const unique = all.filter((one, index) => all.findIndex((other) => other.outside.id === one.outside.id) === index);
	return unique.toSorted((one, other) => weight(other) - weight(one)).slice(0, MOST_NAMES);
}

// The shell's own user comes first, then users that differ and have two names, then users who are people (ids from
// 1000).
const weight = ({ self, differs, inside, outside }: Someone) =>
	(self ? 8 : 0) +
	(differs && inside.name !== "" && outside.name !== "" ? 4 : 0) +
	(outside.id >= 1_000 && outside.id < NOBODY ? 2 : 0);

function saidOf(before: Picture, now: Picture): string {
	const self = now.people.find((one) => one.self);
	const users = now.rulers.find(({ of }) => of === "users");
	if (before.own && !now.own) return "The container's shell counts users as the host does again.";
	const news = now.own && JSON.stringify(before.rulers) !== JSON.stringify(now.rulers);
	if (news && users?.stretches.length === 0)
		return "The container's shell is in a user namespace that has no map yet: there, everybody is nobody.";
	if (news && self !== undefined)
		return `The container's shell is ${called(self.inside)} in its user namespace, and ${called(self.outside)} on the host.`;
	const was = before.people.find((one) => one.self);
	if (self !== undefined && was !== undefined && was.outside.id !== self.outside.id)
		return `The container's shell is ${called(self.inside)} now.`;
	const old = new Set(before.people.map((one) => JSON.stringify(one)));
	const renamed = now.people.find((one) => !old.has(JSON.stringify(one)));
	if (renamed === undefined) return "";
	const { inside, outside, differs } = renamed;
	const there = inside.id === outside.id ? inside.name || "without a name" : called(inside);
	const here = outside.name || "without a name";
	if (!differs) return `Number ${outside.id} is ${here}, on the host and in the container.`;
	return `Number ${outside.id} is ${here} on the host, and ${there} in the container.`;
}

/** "user 1000 (alice)". */
function called({ id, name }: { id: number; name: string }): string {
	return `user ${id}${name === "" ? "" : ` (${name})`}`;
}
