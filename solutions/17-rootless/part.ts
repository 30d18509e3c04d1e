import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { DEVICES, type Device } from "#box/defaults";
import { ip } from "#box/tools";
import {
	_exit,
	CLONE_NEWIPC,
	CLONE_NEWNET,
	CLONE_NEWUSER,
	CLONE_NEWUTS,
	fork,
	pidfdOpen,
	SIG_UNBLOCK,
	SIGCHLD,
	sethostname,
	setns,
	sigprocmask,
	unshare,
	WEXITSTATUS,
	waitpid,
} from "#kernel";
import { type HostTrees, openHostTrees } from "../host-trees.ts";
import { part } from "../part.ts";
import { ACCOUNT, CGROUP, OWNER } from "../places.ts";
import { runningContainer } from "../running.ts";
import { enterUserNamespace, type Mapping, type Range } from "./user-namespace.ts";

interface OfUser {
	mapping: Mapping;
	devices?: Device[];
	rootless?: HostTrees;
	/** The hostname, until this part has set it. */
	ownHostname?: string | undefined;
	/** What other parts would do with root's power only. */
	hostname?: string | undefined;
	address?: string | undefined;
	limits?: object | undefined;
	onlyRoot?: boolean;
}

/**
 * Makes an ordinary user's container. Everything happens in a user namespace in which the engine is root, so most parts
 * work as they are. For what even this root may not do, the container gets something else, or nothing.
 */
part<OfUser>({
	when: "mapping",
	readOptions: (given) => {
		if (OWNER === 0) return {};
		for (const option of ["publish", "network", "pid"])
			if (given(option).length > 0) throw new Error(`--${option}: only root's box can do this`);
		const limited = ["memory", "pids", "cpus"].find((option) => given(option).length > 0);
		if (limited !== undefined && !mayMakeCgroups())
			throw new Error(`--${limited}: root has given you no part of the tree of cgroups for this process`);
		const mapping = mappingOf(OWNER);
		if (given("user").length > 0 && !hasRange({ mapping }))
			throw new Error("--user: there is only root, because you have no line in both /etc/subuid and /etc/subgid");
		return { mapping };
	},
	around: ({ mapping }, work) =>
		inOneThread(() => {
			enterUserNamespace(mapping);
			// The module may have waited for signals. Node waits for SIGCHLD when it runs programs.
			sigprocmask(SIG_UNBLOCK, [SIGCHLD]);
			return work();
		}),
	make: (container) => {
		// A bridge and NAT belong to the host's network.
		container.address = undefined;
		// Some modules of lesson 02 write the name to a file in /proc/sys, and such files are the host's root's.
		container.ownHostname = container.hostname;
		container.hostname = undefined;
		if (!mayMakeCgroups()) container.limits = undefined;
		// With a single number, there is only root, and no group can be left.
		container.onlyRoot = !hasRange(container);
	},
	enter: (container) => {
		unshare(CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC);
		ip("link set lo up");
		container.hostname = container.ownHostname;
		if (container.hostname !== undefined) sethostname(container.hostname);
		if (container.onlyRoot) process.env["HOME"] = "/root";
		const devices = [...DEVICES, ...(container.devices ?? [])].map(({ path }) => path);
		container.rootless = openHostTrees(devices);
	},
});

/** Lets a user's command into the user namespace of the user's container, before it enters the others. */
part<{ enters: string; onlyRoot?: boolean }>({
	when: "enters",
	around: ({ enters }, work) => {
		if (OWNER === 0) return work();
		const { pid } = runningContainer(enters);
		return inOneThread(() => {
			setns(pidfdOpen(pid), CLONE_NEWUSER);
			return work();
		});
	},
	make: (container) => {
		container.onlyRoot = readFileSync("/proc/self/setgroups", "utf8").trim() === "deny";
	},
});

const hasRange = ({ mapping: { subuids, subgids } }: OfUser) => subuids !== null && subgids !== null;

/** Runs `work` in a process of one thread. Only such a process can change its user namespace. */
function inOneThread(work: () => number): number {
	if (readdirSync("/proc/self/task").length === 1) return work();
	const child = fork();
	if (child === 0) _exit(work());
	const { status } = waitpid(child);
	return WEXITSTATUS(status);
}

// Whether root has handed over this part of the tree of cgroups. See cgroups(7), Delegation.
function mayMakeCgroups(): boolean {
	try {
		accessSync(`${CGROUP}/cgroup.procs`, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

function mappingOf(uid: number): Mapping {
	const gid = process.getgid?.() ?? 0;
	const names = [ACCOUNT?.username ?? "", String(uid)];
	const [subuids, subgids] = ["/etc/subuid", "/etc/subgid"].map((file) => rangeIn(file, names));
	return { uid, gid, subuids: subuids ?? null, subgids: subgids ?? null };
}

// A line is NAME:START:COUNT, with a number in place of the name, perhaps. See newuidmap(1).
function rangeIn(file: string, names: string[]): Range | undefined {
	const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
	const [, start, count] = lines.map((line) => line.split(":")).find(([name = ""]) => names.includes(name)) ?? [];
	return start === undefined || count === undefined ? undefined : { start: Number(start), count: Number(count) };
}
