import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../../harness/engine/engine-at.ts";
import { commandAt, DURING } from "../../../harness/judge/check.ts";
import { deriveFacts } from "../../../harness/judge/facts.ts";
import type { Observation, Preparation, ProcessState } from "../../../harness/protocol/index.ts";
import { capabilityName } from "../../../harness/readings/capability-names.ts";
import type { RunRequest } from "../../../harness/vm/machine.ts";
import { deriveMounts } from "../../../lessons/10-mounts/facts.ts";
import { MASKED_PATHS, READ_ONLY_PATHS } from "../../../solutions/given/defaults.ts";
import { machines, PROGRAM, RUNTIMES } from "./machines.ts";

// Other container runtimes: the same probe reads their containers and ours, and must find the same in everything that
// the lessons are about.

const TOKEN = "drydock-oracle";
const COMMAND: [string, ...string[]] = ["/bin/sh", "-c", 'echo "$0"; read -r _; exit 7', TOKEN];
const DRAWN = { hostname: "web-1", marker: "cargo" };
const MEMORY = 96 << 20;
const PIDS = 17;
const ROOTFS = "/lab/web";

/** The config of an OCI bundle. See the OCI runtime specification, config.md. */
const CONFIG = {
	ociVersion: "1.0.2",
	process: { terminal: false, user: { uid: 0, gid: 0 }, args: COMMAND, env: ["PATH=/bin"], cwd: "/" },
	root: { path: ROOTFS },
	hostname: DRAWN.hostname,
	mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
	linux: {
		namespaces: ["pid", "network", "ipc", "uts", "mount"].map((type) => ({ type })),
		resources: {
			memory: { limit: MEMORY, swap: MEMORY },
			pids: { limit: PIDS },
			cpu: { quota: 50_000, period: 100_000 },
		},
	},
};

/** The mounts that the specification's example and other engines have by default, and their lists of paths. */
const DATA_ONLY = ["nosuid", "noexec", "nodev"];
const DEFAULT_MOUNTS = [
	{ destination: "/proc", type: "proc", source: "proc", options: DATA_ONLY },
	{ destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=64k"] },
	{
		destination: "/dev/pts",
		type: "devpts",
		source: "devpts",
		options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
	},
	{ destination: "/dev/shm", type: "tmpfs", source: "shm", options: [...DATA_ONLY, "mode=1777", "size=64m"] },
	{ destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: DATA_ONLY },
	{ destination: "/sys", type: "sysfs", source: "sysfs", options: [...DATA_ONLY, "ro"] },
	{ destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: [...DATA_ONLY, "ro"] },
];
const DEFAULTS = {
	...CONFIG,
	mounts: DEFAULT_MOUNTS,
	linux: {
		...CONFIG.linux,
		namespaces: [...CONFIG.linux.namespaces, { type: "cgroup" }],
		maskedPaths: MASKED_PATHS,
		readonlyPaths: READ_ONLY_PATHS,
	},
};

/** What root has by default, with these and without others: numbers of capabilities. */
const [CAP_KILL, CAP_NET_RAW, CAP_SYS_TIME] = [5, 13, 25];
const DEFAULT_CAPABILITIES = [0, 1, 3, 4, CAP_KILL, 6, 7, 8, 10, 18, 31];

interface TriedUser {
	/** The options of the engine. */
	asked: { user: string; groupAdd?: string[]; privileges: { bounding: number[]; ambient: number[] } };
	/** What the config of an OCI bundle says of the same user. */
	user: { uid: number; gid: number; additionalGids: number[] };
	home: string;
}

/**
 * A user of the image with one membership, one more group, and two ambient capabilities; a number without a name, which
 * has none; and root, with one capability more than by default.
 */
const USERS: readonly TriedUser[] = [
	{
		asked: {
			...{ user: "anna", groupAdd: ["video", "77"] },
			privileges: { bounding: [...DEFAULT_CAPABILITIES, CAP_NET_RAW], ambient: [CAP_KILL, CAP_NET_RAW] },
		},
		user: { uid: 1000, gid: 100, additionalGids: [24, 44, 77, 100] },
		home: "/home/anna",
	},
	{
		asked: { user: "4242:44", privileges: { bounding: DEFAULT_CAPABILITIES, ambient: [] } },
		user: { uid: 4242, gid: 44, additionalGids: [44] },
		home: "/",
	},
	{
		// Root has what is added without an ambient set.
		asked: { user: "0", privileges: { bounding: [...DEFAULT_CAPABILITIES, CAP_SYS_TIME], ambient: [CAP_SYS_TIME] } },
		user: { uid: 0, gid: 0, additionalGids: [0] },
		home: "/root",
	},
];

/** The sets of an OCI bundle's config with which a command ends up with what ours has. */
function capabilitySets({ asked: { privileges }, user }: TriedUser) {
	const names = (numbers: readonly number[]) => numbers.map(capabilityName);
	const kept = names(user.uid === 0 ? privileges.bounding : privileges.ambient);
	const ambient = names(user.uid === 0 ? [] : privileges.ambient);
	return { bounding: names(privileges.bounding), permitted: kept, effective: kept, inheritable: ambient, ambient };
}

/** A profile that refuses one call, in the OCI's form. */
const SECCOMP = {
	defaultAction: "SCMP_ACT_ALLOW",
	architectures: ["SCMP_ARCH_X86_64"],
	syscalls: [{ names: ["swapoff"], action: "SCMP_ACT_ERRNO" }],
};
const PASSWD = "root:x:0:0::/root:/bin/sh\nanna:x:1000:100::/home/anna:/bin/sh\n";
const GROUP = "root:x:0:\ncdrom:x:24:ben,anna\nvideo:x:44:\n";

const PREPARE: Preparation[] = [
	{ do: "copy", from: "/lab/rootfs", to: ROOTFS },
	{ do: "write", path: `${ROOTFS}/${DRAWN.marker}`, text: "" },
	{ do: "write", path: "/lab/bundle/config.json", text: JSON.stringify(CONFIG) },
	{ do: "write", path: "/lab/defaults/config.json", text: JSON.stringify(DEFAULTS) },
	{ do: "write", path: `${ROOTFS}/etc/passwd`, text: PASSWD },
	{ do: "write", path: `${ROOTFS}/etc/group`, text: GROUP },
	...USERS.map((one): Preparation => {
		const config = {
			...CONFIG,
			process: { ...CONFIG.process, user: one.user, capabilities: capabilitySets(one), noNewPrivileges: true },
			linux: { ...CONFIG.linux, seccomp: SECCOMP },
		};
		return { do: "write", path: `/lab/${one.user.uid}/config.json`, text: JSON.stringify(config) };
	}),
];

async function observe(code: string, options: object): Promise<{ observation: Observation; command: ProcessState }> {
	const request: RunRequest = {
		...{ prepare: PREPARE, code, call: "run" },
		calls: { box: { export: "run", args: [options], token: TOKEN } },
		steps: [
			{ do: "call", call: "box" },
			{ do: "look", as: DURING },
			{ do: "feed", call: "box", last: true },
		],
		readings: { breakOut: {}, places: { paths: [ROOTFS] }, files: { treesInRoot: ["dev"] } },
	};
	const { outcome, output } = await machines.play(request);
	if (outcome.kind === "lost") throw new Error(`the machine was lost: ${outcome.how}`);
	const { observation } = outcome;
	const command = commandAt(observation, DURING);
	if (command === null)
		throw new Error(`the command never ran: ${JSON.stringify(observation.calls)}\n${Buffer.concat(output.stderr)}`);
	return { observation, command };
}

/** The facts of a container that the lessons are about. */
function facets({ observation, command }: Awaited<ReturnType<typeof observe>>) {
	const facts = deriveFacts({ scenario: () => ({ does: "", prepare: [], calls: {} }) }, observation, DRAWN);
	const names = ["uts", "ipc", "mnt", "pid", "net", "user", "time"].map((kind) => `ns.${kind}`);
	const others = [
		...[
			"ending",
			"command.hostname",
			"command.queues",
			"command.root",
			"command.cwd",
			"escape",
			"namespace.host",
			"left.processes",
		],
		...["command.mounts.host", "command.mounts.peers", "host.mounts.during", "host.mounts.after", "host.cgroups.after"],
	];
	const inside = command.tasks.map(({ nsPids }) => nsPids).filter((pids) => pids.length === command.nsPids.length);
	const { "memory.max": memory, "memory.swap.max": swap, "pids.max": pids, "cpu.max": cpu } = command.cgroupFiles;
	return {
		facts: Object.fromEntries([...names, ...others].map((name) => [name, facts[name]])),
		pidNamespaces: command.nsPids.length,
		// Whether /proc shows exactly the processes of the namespace.
		procIsItsOwn: JSON.stringify(command.procPids) === JSON.stringify(inside.map((pids) => pids.at(-1)).sort()),
		hasPid1: inside.some((pids) => pids.at(-1) === 1),
		limits: { memory, swap, pids, cpu },
		descriptors: Object.keys(command.descriptors).filter((fd) => Number(fd) < 3),
	};
}

/** The mounts of a container, and what lesson 10 says about them. */
function furniture({ observation, command }: Awaited<ReturnType<typeof observe>>) {
	const { "etc.hostname": _, "etc.hosts": __, "etc.resolv.conf": ___, ...facts } = deriveMounts(observation, {});
	// The root differs: theirs is a bind mount with other flags.
	// crun covers files with the host's /dev/null, and makes this read-only; runc and box take the container's own.
	const lines = command.mounts
		.filter(({ mountPoint }) => mountPoint !== "/")
		.map(({ mountPoint, fstype, flags, root }) =>
			root === "/null" ? `${mountPoint} null` : `${mountPoint} ${fstype} ${flags.split(",").sort()} ${root}`,
		);
	return { facts, mounts: lines.map((line) => line.replaceAll(command.cgroup.replace(/^0::/, ""), "CGROUP")).sort() };
}

function setprivFor(one: TriedUser): [string, ...string[]] {
	const { uid, gid, additionalGids } = one.user;
	const { bounding, inheritable, ambient } = capabilitySets(one);
	const only = (names: string[]) =>
		["-all", ...names.map((name) => `+${name.replace(/^CAP_/, "").toLowerCase()}`)].join();
	return [
		"/usr/bin/setpriv",
		...[`--reuid=${uid}`, `--regid=${gid}`, `--groups=${additionalGids}`, "--no-new-privs"],
		...[`--inh-caps=${only(inheritable)}`, `--ambient-caps=${only(ambient)}`, `--bounding-set=${only(bounding)}`],
	];
}

/** Who a command is, and what it may do: what lessons 12, 15 and 16 are about. */
function identity({ command: { credentials, environment } }: Awaited<ReturnType<typeof observe>>) {
	return { ...credentials, home: environment.find((entry) => entry.startsWith("HOME=")) };
}

describe("a container of box", () => {
	const engine = bundle(WHOLE_ENGINE, new Map());
	let ours: Awaited<ReturnType<typeof observe>>;
	beforeAll(async () => {
		const { code } = await engine;
		ours = await observe(code, {
			...{ id: "0a1b2c3d", command: COMMAND, hostname: DRAWN.hostname, rootfs: ROOTFS, init: true },
			limits: { memoryMaxBytes: MEMORY, pidsMax: PIDS, cpus: 0.5 },
			address: "10.88.0.2",
			devices: [],
			nameservers: [],
		});
	});

	test.concurrent.each(RUNTIMES)("and one of %s show the same facts", async (...runtime) => {
		const theirs = await observe(PROGRAM, { command: [...runtime, "run", "--bundle", "/lab/bundle", "oracle"] });
		expect(facets(ours)).toEqual(facets(theirs));
		expect(facets(theirs)).toMatchObject({ hasPid1: true, procIsItsOwn: true, facts: { ending: "returned 7" } });
	});

	test.concurrent.each(RUNTIMES)("and one of %s have the same mounts and devices", async (...runtime) => {
		const theirs = await observe(PROGRAM, { command: [...runtime, "run", "--bundle", "/lab/defaults", "oracle"] });
		expect(furniture(ours)).toEqual(furniture(theirs));
	});

	test.concurrent.each(USERS.flatMap((one) => RUNTIMES.map((runtime) => ({ ...one, runtime }))))(
		"with the user $asked.user and one of $runtime.0 have the same ids, groups, home, capabilities and filters",
		async ({ runtime, ...one }) => {
			const { asked, user, home } = one;
			const bundle = ["--bundle", `/lab/${user.uid}`, "oracle"];
			const [mine, theirs, setpriv] = await Promise.all([
				observe((await engine).code, {
					...{ id: "0a1b2c3d", command: COMMAND, rootfs: ROOTFS, init: true, seccomp: JSON.stringify(SECCOMP) },
					...{ ...asked, privileges: { ...asked.privileges, noNewPrivileges: true } },
				}),
				observe(PROGRAM, { command: [...runtime, "run", ...bundle] }),
				observe(PROGRAM, { command: [...setprivFor(one), ...COMMAND] }),
			]);
			expect(identity(mine)).toEqual(identity(theirs));
			// setpriv sets no home, and installs no filter.
			const others = { home: "", seccompFilters: 0 };
			expect({ ...identity(mine), ...others }).toEqual({ ...identity(setpriv), ...others });
			expect(identity(theirs)).toMatchObject({ groups: user.additionalGids, home: `HOME=${home}` });
		},
	);
});
