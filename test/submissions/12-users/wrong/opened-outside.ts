// diagnosis: container-kept-open
// Opened the two files on the host, and read them in the container. Did not think of who closes them.
import { constants, openSync, readFileSync } from "node:fs";
import { parseGroup, parsePasswd } from "#box/accounts";
import { openat2, RESOLVE_IN_ROOT, setgroups, setresgid, setresuid } from "#kernel";

interface Asked {
	rootfs: string;
	user: string;
	group: string | undefined;
	groupAdd: readonly string[];
}

export function prepareUser({ rootfs, user, group, groupAdd }: Asked): () => void {
	const root = openSync(rootfs, constants.O_RDONLY | constants.O_DIRECTORY);
	const open = (path: string) => {
		try {
			return openat2(root, path, { flags: constants.O_RDONLY, resolve: RESOLVE_IN_ROOT });
		} catch {
			return undefined;
		}
	};
	const [passwdFd, groupFd] = [open("/etc/passwd"), open("/etc/group")];
	return () => {
		const users = passwdFd === undefined ? [] : parsePasswd(readFileSync(passwdFd, "utf8"));
		const groups = groupFd === undefined ? [] : parseGroup(readFileSync(groupFd, "utf8"));
		const ordered = [...users.filter((u) => u.name === user), ...users.filter((u) => u.uid === Number(user))];
		const me = ordered[0];
		const uid = check(me?.uid ?? Number(user), user);
		const numberOf = (g: string) => check(groups.find((x) => x.name === g)?.gid ?? Number(g), g);
		const gid = group !== undefined ? numberOf(group) : (me?.gid ?? 0);
		const member = group === undefined ? groups.filter((g) => me && g.members.includes(me.name)).map((g) => g.gid) : [];
		setgroups([...groupAdd.map(numberOf), ...member].sort((a, b) => b - a));
		setresgid(gid, gid, gid);
		setresuid(uid, uid, uid);
		process.env["HOME"] = me ? me.home : "/";
	};
}

function check(id: number, asked: string): number {
	if (Number.isInteger(id) && id >= 0 && id < 2 ** 32 - 1) return id;
	throw new Error(`no such user or group: ${asked}`);
}
