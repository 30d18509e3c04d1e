import { closeSync, existsSync, openSync, readFileSync, readSync, unlinkSync, writeSync } from "node:fs";
import { parseGroup, parsePasswd } from "#box/accounts";
import { _exit, chdir, chroot, fork, setgroups, setresgid, setresuid, waitpid } from "#kernel";

// Looks the names up before the container starts, in a child that has the container's root.

interface Asked {
	rootfs: string;
	user: string;
	group: string | undefined;
	groupAdd: readonly string[];
}

export function prepareUser({ rootfs, user, group, groupAdd }: Asked): () => void {
	const [passwd, groups] = [parsePasswd(readIn(rootfs, "/etc/passwd")), parseGroup(readIn(rootfs, "/etc/group"))];
	const line = passwd.find(({ name }) => name === user) ?? passwd.find(({ uid }) => uid === Number(user));
	const gidOf = (word: string) => groups.find(({ name }) => name === word)?.gid ?? number(word);
	const uid = line?.uid ?? number(user);
	const gid = group === undefined ? (line?.gid ?? 0) : gidOf(group);
	const own = groups.filter(({ members }) => group === undefined && line && members.includes(line.name));
	const all = [...own.map((one) => one.gid), ...groupAdd.map(gidOf)];
	return () => {
		setgroups(all);
		setresgid(gid, gid, gid);
		setresuid(uid, uid, uid);
		process.env["HOME"] = line?.home ?? "/";
	};
}

function readIn(rootfs: string, path: string): string {
	const file = `/tmp/read-${rootfs.replaceAll("/", "-")}`;
	const fd = openSync(file, "wx+");
	unlinkSync(file);
	const pid = fork();
	if (pid === 0) {
		chroot(rootfs);
		chdir("/");
		if (existsSync(path)) writeSync(fd, readFileSync(path));
		_exit(0);
	}
	waitpid(pid);
	const buffer = Buffer.alloc(1 << 16);
	const length = readSync(fd, buffer, 0, buffer.length, 0);
	closeSync(fd);
	return buffer.toString("utf8", 0, length);
}

function number(word: string): number {
	const id = /^\d+$/.test(word) ? Number(word) : Number.NaN;
	if (!(id < 2 ** 32 - 1)) throw new Error(`nobody is called ${word}`);
	return id;
}
