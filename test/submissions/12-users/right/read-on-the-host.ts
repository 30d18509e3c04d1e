import { closeSync, constants, readFileSync } from "node:fs";
import { AT_FDCWD, O_PATH, openat2, RESOLVE_IN_ROOT, setgroups, setresgid, setresuid } from "#kernel";

// Reads both files on the host, before the function that becomes the user is made.

interface Asked {
	rootfs: string;
	user: string;
	group: string | undefined;
	groupAdd: readonly string[];
}

type Row = string[];

export function prepareUser({ rootfs, user, group, groupAdd }: Asked): () => void {
	const root = openat2(AT_FDCWD, rootfs, { flags: O_PATH | constants.O_DIRECTORY });
	const passwd = table(root, "etc/passwd");
	const groups = table(root, "etc/group");
	closeSync(root);
	const byName = passwd.find(([name]) => name === user);
	const row = byName ?? passwd.find((r) => isId(user) && Number(r[2]) === Number(user));
	const uid = row ? Number(row[2]) : id(user, "user");
	const groupId = (word: string) => {
		const hit = groups.find(([name]) => name === word);
		return hit ? Number(hit[2]) : id(word, "group");
	};
	if (uid > 0xfffffffe) throw new RangeError(`no user ${user}`);
	const gid = group === undefined ? Number(row?.[3] ?? 0) : groupId(group);
	const list = new Set<number>();
	if (group === undefined && row)
		for (const [, , g, members = ""] of groups) if (members.split(",").includes(row[0] ?? "")) list.add(Number(g));
	for (const word of groupAdd) list.add(groupId(word));
	const home = row?.[5] ?? "/";
	return () => {
		process.env["HOME"] = home;
		setgroups([...list]);
		setresgid(gid, gid, gid);
		setresuid(uid, uid, uid);
	};
}

function table(root: number, path: string): Row[] {
	let fd: number;
	try {
		fd = openat2(root, path, { flags: constants.O_RDONLY, resolve: RESOLVE_IN_ROOT });
	} catch (error) {
		if ((error as { code?: string }).code === "ENOENT") return [];
		throw error;
	}
	const text = readFileSync(fd, "utf8");
	closeSync(fd);
	return text
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"))
		.map((line) => line.split(":"));
}

const isId = (word: string) => /^[0-9]+$/.test(word);

function id(word: string, kind: string): number {
	if (!isId(word) || Number(word) > 4294967294) throw new RangeError(`no ${kind} ${word} in this container`);
	return Number(word);
}
