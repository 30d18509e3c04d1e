import type { Identity } from "../../protocol/index.ts";
import type { KernelState } from "../events.ts";
import { latestTwo } from "./changes.ts";
import type { Past, Picture } from "./past.ts";

/** The length of a map of all ids. The initial user namespace has such a map. */
const ALL_IDS = 2 ** 32 - 1;
/** The id that is shown for a user that has none in a namespace. See user_namespaces(7). */
const NOBODY_ID = 65_534;
const USERS_MAX = 5;

/** A range of ids, as the container and as the host see them. */
export interface IdRange {
	inside: { first: number; last: number };
	outside: { first: number; last: number };
}

/** The container's ids beside the host's. */
export interface IdMapPicture {
	of: "users" | "groups";
	ranges: IdRange[];
	/** Every id is the same in both. */
	identical: boolean;
}

/**
 * A user in the container and on the host, by id and by name. The name is empty if the list of users does not have
 * the id.
 */
export interface UserPair {
	inside: { id: number; name: string };
	outside: { id: number; name: string };
	/** The container's shell runs as this user. */
	isShell: boolean;
	/** The two ids or the two names are different. */
	differs: boolean;
}

export interface IdentityPicture extends Picture {
	/** Empty if the container has no shell, or if the maps were not read, as for some recordings. */
	maps: IdMapPicture[];
	users: UserPair[];
	/** The container's shell is in a user namespace of its own. */
	ownNamespace: boolean;
	/** The id on the host of the user that the sentence on the latest change is about; null for none. */
	changedUser: number | null;
}

/**
 * Pairs the most important of the container's users, five at most, with the users that they are on the host. The
 * shell's own user is the first. The picture also has the maps of ids.
 */
export function identityOf(past: Past): IdentityPicture {
	const { now, before } = latestTwo(
		past.filter(({ view }) => view.shells["container"]),
		({ view }) => pictureOf(view),
	);
	if (now === null) return { maps: [], users: [], ownNamespace: false, latestChange: "", changedUser: null };
	const change = before === null ? null : changeOf(before, now);
	return { ...now, latestChange: change?.text ?? "", changedUser: change?.user?.outside.id ?? null };
}

type IdentityParts = Omit<IdentityPicture, "latestChange" | "changedUser">;

function pictureOf({ host, shells }: KernelState): IdentityParts {
	const shell = shells["container"];
	const [hostIdentity, containerIdentity] = [shells["host"]?.identity ?? null, shell?.identity ?? null];
	const ownNamespace = shell != null && shell.namespaces["user"] !== host.namespaces["user"];
	if (containerIdentity === null || shell == null) return { maps: [], users: [], ownNamespace };
	return {
		maps: mapsOf(containerIdentity),
		users: usersOf(containerIdentity, hostIdentity?.users ?? [], shell.credentials.uids[1] ?? 0),
		ownNamespace,
	};
}

function mapsOf({ uidMap, gidMap }: Identity): IdMapPicture[] {
	const maps = [
		{ of: "users" as const, map: uidMap },
		{ of: "groups" as const, map: gidMap },
	];
	return maps.map(({ of, map }) => ({
		of,
		ranges: map.map(({ inside, outside, length }) => ({
			inside: { first: inside, last: inside + length - 1 },
			outside: { first: outside, last: outside + length - 1 },
		})),
		identical: map.some(({ inside, outside, length }) => inside === 0 && outside === 0 && length >= ALL_IDS),
	}));
}

function usersOf({ uidMap, users }: Identity, hostUsers: Identity["users"], shellUid: number): UserPair[] {
	const name = (list: Identity["users"], id: number) => list.find((one) => one.id === id)?.name ?? "";
	const pairOf = (inside: number, outside: number): UserPair => {
		const [insideName, outsideName] = [name(users, inside), name(hostUsers, outside)];
		const differs = insideName !== outsideName || inside !== outside;
		const isShell = outside === shellUid;
		return { inside: { id: inside, name: insideName }, outside: { id: outside, name: outsideName }, isShell, differs };
	};
	const inside = (id: number) => {
		const line = uidMap.find(({ outside, length }) => id >= outside && id < outside + length);
		return line === undefined ? NOBODY_ID : line.inside + id - line.outside;
	};
	const outside = (id: number) => {
		const line = uidMap.find(({ inside, length }) => id >= inside && id < inside + length);
		return line === undefined ? [] : [line.outside + id - line.inside];
	};
	const named = users.flatMap(({ id }) => outside(id).map((other) => pairOf(id, other)));
	const mapped = hostUsers.filter(({ id }) => inside(id) !== NOBODY_ID).map(({ id }) => pairOf(inside(id), id));
	const all = [pairOf(inside(shellUid), shellUid), ...named, ...mapped];
	const unique = all.filter((one, index) => all.findIndex((other) => other.outside.id === one.outside.id) === index);
	return unique.toSorted((one, other) => importance(other) - importance(one)).slice(0, USERS_MAX);
}

// The shell's own user comes first, then users that differ and have two names, then users who are people: their ids on
// the host are 1000 or higher.
const importance = ({ isShell, differs, inside, outside }: UserPair) =>
	(isShell ? 8 : 0) +
	(differs && inside.name !== "" && outside.name !== "" ? 4 : 0) +
	(outside.id >= 1_000 && outside.id < NOBODY_ID ? 2 : 0);

function changeOf(before: IdentityParts, now: IdentityParts): { text: string; user: UserPair | undefined } | null {
	const user = now.users.find((one) => one.isShell);
	const userMap = now.maps.find(({ of }) => of === "users");
	if (before.ownNamespace && !now.ownNamespace)
		return { user, text: "The container's shell is back in the host's user namespace." };
	const isNewMap = now.ownNamespace && JSON.stringify(before.maps) !== JSON.stringify(now.maps);
	if (isNewMap && userMap?.ranges.length === 0) {
		const text =
			"The container's shell is in a user namespace that has no map yet: every user is shown there as nobody.";
		return { user, text };
	}
	if (isNewMap && user !== undefined) {
		const [inside, outside] = [userText(user.inside), userText(user.outside)];
		return { user, text: `The container's shell is ${inside} in its user namespace, and ${outside} on the host.` };
	}
	const previous = before.users.find((one) => one.isShell);
	if (user !== undefined && previous !== undefined && previous.outside.id !== user.outside.id)
		return { user, text: `The container's shell is ${userText(user.inside)} now.` };
	const old = new Set(before.users.map((one) => JSON.stringify(one)));
	const renamed = now.users.find((one) => !old.has(JSON.stringify(one)));
	return renamed === undefined ? null : { user: renamed, text: renamedText(renamed) };
}

/** What differs between the two sides, in a few words; empty if nothing does. */
export function differenceText({ inside, outside }: Pick<UserPair, "inside" | "outside">): string {
	if (inside.id === outside.id) return inside.name === outside.name ? "" : "same id, other name";
	return inside.name === outside.name ? "same name, other id" : "other id, other name";
}

function renamedText({ inside, outside, differs }: UserPair): string {
	const there = inside.id === outside.id ? inside.name || "without a name" : userText(inside);
	const here = outside.name || "without a name";
	if (!differs) return `User id ${outside.id} is ${here} on the host and in the container.`;
	return `User id ${outside.id} is ${here} on the host, and ${there} in the container.`;
}

/** "user 1000 (alice)". */
function userText({ id, name }: { id: number; name: string }): string {
	return `user ${id}${name === "" ? "" : ` (${name})`}`;
}
