import { readFileSync } from "node:fs";

/**
 * What root may do on this computer. In a user namespace that maps a single user (`unshare --map-root-user`), and in a
 * container without capabilities, root can neither become another user nor change a file's owner: see
 * user_namespaces(7) and capabilities(7).
 */

// From <linux/capability.h>.
const CAP = { CHOWN: 0, FOWNER: 3, SETGID: 6, SETUID: 7, SETPCAP: 8 } as const;

export interface Privileges {
	/** Whether this process can start a process as another user, with other groups, and give files to that user. */
	mayChangeTo(id: number): boolean;
	/**
	 * Whether this process can permanently remove capabilities from the processes that it starts: see "Capability
	 * bounding set" in capabilities(7).
	 */
	mayDropBounding: boolean;
}

/**
 * Reads this process's privileges.
 * @param proc the process's directory in proc(5)
 */
export function privilegesIn(proc: string): Privileges {
	const read = (name: string) => {
		try {
			return readFileSync(`${proc}/${name}`, "utf8");
		} catch {
			// The kernel has no user namespaces.
			return null;
		}
	};
	const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(read("status") ?? "")?.[1] ?? "0"}`);
	const has = (capability: number) => ((effective >> BigInt(capability)) & 1n) === 1n;
	const mayChange = [CAP.CHOWN, CAP.FOWNER, CAP.SETGID, CAP.SETUID].every(has) && read("setgroups")?.trim() !== "deny";
	const maps = [read("uid_map"), read("gid_map")];
	return {
		mayChangeTo: (id) => mayChange && maps.every((map) => map === null || isMapped(map, id)),
		mayDropBounding: has(CAP.SETPCAP),
	};
}

// A line holds the first number inside the namespace, the first outside, and the length of the range.
function isMapped(map: string, id: number): boolean {
	const lines = map.trim().split("\n");
	return lines.some((line) => {
		const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
		return first <= id && id < first + count;
	});
}

let known: Privileges | undefined;

/** This process's privileges as root; null if it does not run as root. */
export function rootPrivileges(): Privileges | null {
	if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
	known ??= privilegesIn("/proc/self");
	return known;
}
