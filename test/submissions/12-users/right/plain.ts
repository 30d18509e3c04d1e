import { readFileSync } from "node:fs";
import { setgroups, setresgid, setresuid } from "#kernel";

// A parser of its own, and loops.

interface Asked {
	rootfs: string;
	user: string;
	group: string | undefined;
	groupAdd: readonly string[];
}

function lines(path: string): string[][] {
	try {
		return readFileSync(path, "utf8")
			.split("\n")
			.filter((line) => line !== "" && !line.startsWith("#"))
			.map((line) => line.split(":"));
	} catch {
		return [];
	}
}

function toId(text: string): number {
	if (!/^[0-9]{1,10}$/.test(text)) throw new Error(`${text} is no name and no number`);
	const id = Number.parseInt(text, 10);
	if (id >= 0xffffffff) throw new Error(`${text} is too large`);
	return id;
}

export function prepareUser(asked: Asked): () => void {
	return function dropRights() {
		const passwd = lines("/etc/passwd");
		const group = lines("/etc/group");
		const lookUp = (word: string): number => {
			for (const [name, , gid] of group) if (name === word) return toId(gid ?? "");
			return toId(word);
		};

		let line = passwd.find(([name]) => name === asked.user);
		if (line === undefined) line = passwd.find(([, , uid]) => uid === asked.user);
		const uid = toId(line?.[2] ?? asked.user);
		let gid = toId(line?.[3] ?? "0");
		const more = new Set<number>();
		if (asked.group !== undefined) gid = lookUp(asked.group);
		else if (line !== undefined)
			for (const [, , id, members] of group) if (members?.split(",").includes(line[0] ?? "")) more.add(toId(id ?? ""));
		for (const word of asked.groupAdd) more.add(lookUp(word));

		process.env["HOME"] = line?.[5] || "/";
		setresgid(gid, gid, gid);
		setgroups([...more]);
		setresuid(uid, uid, uid);
	};
}
