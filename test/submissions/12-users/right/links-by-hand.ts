import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { parseGroup, parsePasswd } from "#box/accounts";
import { setgroups, setresgid, setresuid } from "#kernel";

// Reads the files on the host, and follows each link by itself: no step leads above the root directory. Nobody else can
// change the files at that time, because no process is in the container yet.

interface Asked {
	rootfs: string;
	user: string;
	group: string | undefined;
	groupAdd: readonly string[];
}

export function prepareUser({ rootfs, user, group, groupAdd }: Asked): () => void {
	const passwd = parsePasswd(readInRoot(rootfs, "etc/passwd"));
	const groups = parseGroup(readInRoot(rootfs, "etc/group"));
	const account = passwd.find(({ name }) => name === user) ?? passwd.find(({ uid }) => `${uid}` === user);
	const gidOf = (word: string) => groups.find(({ name }) => name === word)?.gid ?? checked(word);
	const uid = account?.uid ?? checked(user);
	const gid = group === undefined ? (account?.gid ?? 0) : gidOf(group);
	const member = group === undefined ? groups.filter(({ members }) => members.some((m) => m === account?.name)) : [];
	const list = [gid, ...groupAdd.map(gidOf), ...member.map((one) => one.gid)];
	return () => {
		setgroups(list);
		setresgid(gid, gid, gid);
		process.env["HOME"] = account?.home ?? "/";
		setresuid(uid, uid, uid);
	};
}

function readInRoot(rootfs: string, path: string): string {
	const todo = path.split("/");
	const done: string[] = [];
	for (let links = 0; todo.length > 0; ) {
		const name = todo.shift() ?? "";
		if (name === "" || name === ".") continue;
		if (name === "..") {
			done.pop();
			continue;
		}
		const here = [rootfs, ...done, name].join("/");
		const info = lstatSync(here, { throwIfNoEntry: false });
		if (info === undefined || links > 40) return "";
		if (!info.isSymbolicLink()) {
			done.push(name);
			continue;
		}
		links += 1;
		const target = readlinkSync(here);
		if (target.startsWith("/")) done.length = 0;
		todo.unshift(...target.split("/"));
	}
	return readFileSync([rootfs, ...done].join("/"), "utf8");
}

function checked(word: string): number {
	if (!/^\d+$/.test(word) || Number(word) > 4_294_967_294) throw new Error(`no such id: ${word}`);
	return Number(word);
}
