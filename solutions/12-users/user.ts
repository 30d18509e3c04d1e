import { readFileSync, statSync } from "node:fs";
import { parseGroup, parsePasswd } from "#box/accounts";
import { setgroups, setresgid, setresuid } from "#kernel";

/** The user and the groups that a command is to run as. Each is a name or a number. */
export interface Asked {
	/** The container's root directory, as the host sees it. */
	rootfs: string;
	user: string;
	/** The group that the user's processes are in; if not given, the user's group in /etc/passwd. */
	group: string | undefined;
	/** More groups that the command is to be in. */
	groupAdd: readonly string[];
}

/** The kernel's view of a user: numbers. */
interface User {
	uid: number;
	gid: number;
	groups: readonly number[];
	home: string;
}

/** The largest number that names a user or a group. The next one is -1 in 32 bits: "leave the id as it is". */
const LARGEST_ID = 2 ** 32 - 2;

/**
 * Prepares to run a command as a user. The engine calls it on the host.
 * @returns a function that makes the calling process that user. The engine calls this function in the process that is
 * about to become the command, after everything that only root may do. The root of that process is the container's.
 */
export function prepareUser(asked: Asked): () => void {
	// Reads the container's files only there. On the host, a link in the image could lead to the host's files.
	return () => become(find(asked));
}

/** Looks names up in the caller's root. */
function find({ user, group, groupAdd }: Asked): User {
	const accounts = parsePasswd(textOf("/etc/passwd"));
	const groups = parseGroup(textOf("/etc/group"));
	// Several names may have one number. A name refers to its own line, a number to the first line that has it.
	const account = accounts.find(({ name }) => name === user) ?? accounts.find(({ uid }) => String(uid) === user);
	const gidOf = (asked: string) => groups.find(({ name }) => name === asked)?.gid ?? idIn(asked, "group");
	// If a group is asked for, the user's memberships in /etc/group do not count.
	const own = group === undefined ? groups.filter(({ members }) => members.includes(account?.name ?? "")) : [];
	const gid = group === undefined ? (account?.gid ?? 0) : gidOf(group);
	return {
		uid: account?.uid ?? idIn(user, "user"),
		gid,
		groups: [...new Set([gid, ...own.map((one) => one.gid), ...groupAdd.map(gidOf)])],
		home: account?.home || "/",
	};
}

function become({ uid, gid, groups, home }: User): void {
	// The user comes last: another user than root may not change its groups any more.
	setgroups(groups);
	setresgid(gid, gid, gid);
	setresuid(uid, uid, uid);
	process.env["HOME"] = home;
}

// An image need not have these files.
const textOf = (path: string) => (isFile(path) ? readFileSync(path, "utf8") : "");
// An image may have FIFOs in their place, and opening a FIFO waits for a writer.
const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile();

function idIn(text: string, kind: string): number {
	const id = /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
	if (id > LARGEST_ID) throw new Error(`the container has no ${kind} ${text}`);
	return id;
}
