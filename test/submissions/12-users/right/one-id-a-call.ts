import { closeSync, openSync, readSync } from "node:fs";
import { type Account, type Group, parseGroup, parsePasswd } from "#box/accounts";
import { setgroups, setresgid, setresuid } from "#kernel";

// Reads in the container, by its root in /proc. Sets each id with a call of its own.

interface Asked {
	rootfs: string;
	user: string;
	group: string | undefined;
	groupAdd: readonly string[];
}

export function prepareUser(asked: Asked): () => void {
	return () => {
		const people = new People(slurp("/proc/self/root/etc/passwd"), slurp("/proc/self/root/etc/group"));
		const account = people.account(asked.user);
		const gid = asked.group ? people.gid(asked.group) : account.gid;
		const extra = asked.groupAdd.map((name) => people.gid(name));
		const own = asked.group ? [] : people.memberships(account.name);
		process.env["HOME"] = account.home;
		setresgid(gid, -1, -1);
		setresgid(-1, gid, -1);
		setresgid(-1, -1, gid);
		setgroups([]);
		setgroups([gid, ...extra, gid, ...own, ...extra]);
		setresuid(-1, -1, account.uid);
		setresuid(account.uid, -1, -1);
		setresuid(-1, account.uid, -1);
	};
}

class People {
	readonly #accounts: Account[];
	readonly #groups: Group[];
	constructor(passwd: string, group: string) {
		this.#accounts = parsePasswd(passwd);
		this.#groups = parseGroup(group);
	}
	account(user: string): Account {
		for (const a of this.#accounts) if (a.name === user) return a;
		for (const a of this.#accounts) if (String(a.uid) === user) return a;
		return { name: "", uid: toId(user), gid: 0, home: "/" };
	}
	gid(group: string): number {
		for (const g of this.#groups) if (g.name === group) return g.gid;
		return toId(group);
	}
	memberships(name: string): number[] {
		const list: number[] = [];
		for (const g of this.#groups) if (name !== "" && g.members.includes(name)) list.push(g.gid);
		return list;
	}
}

function slurp(path: string): string {
	let fd: number;
	try {
		fd = openSync(path, "r");
	} catch {
		return "";
	}
	let text = "";
	const buffer = Buffer.alloc(512);
	for (let n = readSync(fd, buffer); n > 0; n = readSync(fd, buffer)) text += buffer.toString("latin1", 0, n);
	closeSync(fd);
	return text;
}

function toId(word: string): number {
	const big = /^\d+$/.test(word) ? BigInt(word) : -1n;
	if (big < 0n || big >= 4294967295n) throw new Error(`unknown: ${word}`);
	return Number(big);
}
