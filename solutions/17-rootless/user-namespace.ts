import { closeSync, readSync, writeFileSync, writeSync } from "node:fs";
import { _exit, CLONE_NEWNS, CLONE_NEWUSER, execve, fork, getpid, pipe, setgroups, unshare, waitpid } from "#kernel";

/** Numbers that a user may use besides the user's own: a line of /etc/subuid or /etc/subgid. See newuidmap(1). */
export interface Range {
	start: number;
	count: number;
}

/** Who the engine is on the host. */
export interface Mapping {
	uid: number;
	gid: number;
	/** Null if the user has no range. */
	subuids: Range | null;
	subgids: Range | null;
}

/**
 * Makes this process root in a user namespace and a mount namespace of its own. The engine calls it before it makes
 * anything for the container. In the namespace, 0 is the caller's own id. If there are ranges, 1 and the following
 * numbers are those of the range.
 * @throws {Error} newuidmap or newgidmap has failed
 * @see user_namespaces(7), newuidmap(1)
 */
export function enterUserNamespace(mapping: Mapping): void {
	const { subuids, subgids } = mapping;
	// Forked before unshare. A setuid program gives root's power in the user namespace where it is executed, and this
	// power has to be the host's.
	const setMaps = subuids && subgids ? startHelper(mapping, subuids, subgids) : () => mapOwnIds(mapping);
	unshare(CLONE_NEWUSER);
	setMaps();
	// The groups of the caller still count for files of the host. Without a range, nobody can leave them.
	if (subuids && subgids) setgroups([]);
	// Owned by the new user namespace, in which this process has all capabilities.
	unshare(CLONE_NEWNS);
}

/** A process may map its own id, and nothing else. */
function mapOwnIds({ uid, gid }: Mapping): void {
	writeFileSync("/proc/self/uid_map", `0 ${uid} 1`);
	// Without this, the kernel refuses the next line: a process could leave a group to which a file denies access.
	writeFileSync("/proc/self/setgroups", "deny");
	writeFileSync("/proc/self/gid_map", `0 ${gid} 1`);
}

/**
 * Forks a process that stays outside of the new user namespace, and waits there.
 * @returns a function that lets it set both maps of the calling process
 */
function startHelper({ uid, gid }: Mapping, subuids: Range, subgids: Range): () => void {
	const target = String(getpid());
	const { readFd, writeFd } = pipe();
	const helper = fork();
	if (helper === 0) {
		closeSync(writeFd);
		// No byte comes if the other process has ended.
		if (readSync(readFd, Buffer.alloc(1)) === 0) _exit(1);
		const isDone =
			succeeds("/usr/bin/newuidmap", [target, ...mapOf(uid, subuids)]) &&
			succeeds("/usr/bin/newgidmap", [target, ...mapOf(gid, subgids)]);
		_exit(isDone ? 0 : 1);
	}
	closeSync(readFd);
	return () => {
		writeSync(writeFd, "x");
		closeSync(writeFd);
		if (waitpid(helper).status !== 0) throw new Error("newuidmap or newgidmap has failed");
	};
}

/** Three numbers for each line of the map: the first id inside, the first id outside, and how many. */
const mapOf = (own: number, { start, count }: Range) => [0, own, 1, 1, start, count].map(String);

function succeeds(program: string, args: string[]): boolean {
	const pid = fork();
	if (pid === 0) {
		try {
			execve(program, [program, ...args]);
		} finally {
			_exit(127);
		}
	}
	return waitpid(pid).status === 0;
}
