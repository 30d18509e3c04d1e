import { readFileSync } from "node:fs";

/**
 * What root may do here. In a user namespace with one user in it (`unshare --map-root-user`), and in a container without
 * capabilities, root can neither become another user nor give away a file: see user_namespaces(7) and capabilities(7).
 */

// From <linux/capability.h>.
const CAP = { CHOWN: 0, FOWNER: 3, SETGID: 6, SETUID: 7, SETPCAP: 8 } as const;

export interface Privileges {
	/** Whether it can start a process as another user, with other groups, and give that user a file. */
	mayChangeTo(id: number): boolean;
	/** Whether it can take capabilities from what it starts, for good. */
	mayDropBounding: boolean;
}

/**
 * Reads this process's privileges.
 * @param proc where proc(5) has them
 */
export function privilegesIn(proc: string): Privileges {
	const read = (name: string) => {
		try {
			return readFileSync(`${proc}/${name}`, "utf8");
		} catch {
			// A kernel without user namespaces.
			return null;
		}
	};
	const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(read("status") ?? "")?.[1] ?? "0"}`);
	const has = (capability: number) => ((effective >> BigInt(capability)) & 1n) === 1n;
	const changes = [CAP.CHOWN, CAP.FOWNER, CAP.SETGID, CAP.SETUID].every(has) && read("setgroups")?.trim() !== "deny";
	const maps = [read("uid_map"), read("gid_map")];
	return {
		mayChangeTo: (id) => changes && maps.every((map) => map === null || isMapped(map, id)),
		mayDropBounding: has(CAP.SETPCAP),
	};
}

// A line has the first number inside, the first outside, and how many there are.
function isMapped(map: string, id: number): boolean {
	const lines = map.trim().split("\n");
	return lines.some((line) => {
		const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
		return first <= id && id < first + count;
	});
}

let known: Privileges | undefined;

/** What this process may do as root; null where it is not root. */
export function rootPrivileges(): Privileges | null {
	if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
	known ??= privilegesIn("/proc/self");
	return known;
}
