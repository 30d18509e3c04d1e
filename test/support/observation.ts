import type { Ending, HostState, Mount, Observation, ProcessState } from "../../harness/protocol/index.ts";

/**
 * A mount on the host of {@link hostState}.
 * @param more the properties that matter to the test. The other functions of this file have such a parameter, too
 */
export const mount = (mountPoint: string, more: Partial<Mount> = {}): Mount => ({
	id: 20,
	parentId: 1,
	device: "0:20",
	root: "/",
	mountPoint,
	flags: "rw",
	propagation: ["shared:1"],
	fstype: "tmpfs",
	source: "none",
	options: "",
	...more,
});

/** The guest's host with nothing going on. */
export const hostState = (more: Partial<HostState> = {}): HostState => ({
	hostname: "harbour",
	domainname: "(none)",
	namespaces: { uts: "uts:[1]", ipc: "ipc:[2]", mnt: "mnt:[3]" },
	mounts: [mount("/"), mount("/proc", { id: 21, device: "0:21", fstype: "proc" })],
	tasks: [{ pid: 1, startTicks: 1, ppid: 0, comm: "init", state: "S", nsPids: [1] }],
	queues: ["0x1234"],
	cgroups: ["/system"],
	limits: {},
	links: [{ name: "lo", up: true, addresses: ["127.0.0.1/8"] }],
	root: ["bin", "lab"],
	oomKills: 0,
	memory: null,
	trees: {},
	network: null,
	networks: null,
	layers: null,
	openNetworks: [],
	terminals: null,
	places: { "/": { device: "0:20", inode: "1" } },
	...more,
});

/** A command that shares every namespace with the host of {@link hostState}. */
export const processState = (more: Partial<ProcessState> = {}): ProcessState => ({
	pid: 300,
	nsPids: [300],
	namespaces: hostState().namespaces,
	splitNamespaces: [],
	hostname: "harbour",
	queues: hostState().queues,
	mounts: hostState().mounts,
	table: null,
	cwd: "/root",
	root: hostState().root,
	rootPlace: { device: "0:20", inode: "1" },
	openPlaces: {},
	terminal: null,
	volumes: null,
	cwdInsideRoot: true,
	procPids: [1, 300],
	cgroup: "0::/",
	cgroupFiles: {},
	arguments: ["/bin/sh"],
	environment: ["HOME=/root"],
	tasks: [],
	copies: 1,
	enginePid: 299,
	secrets: [],
	engineInHostRoot: true,
	engineNamespaces: hostState().namespaces,
	engineCgroup: "0::/",
	descriptors: {},
	engineDescriptors: {},
	signals: { blocked: "0", ignored: "0", caught: "0" },
	overlay: null,
	files: {},
	rootTrees: {},
	network: null,
	links: hostState().links,
	credentials: { uids: [0, 0, 0, 0], gids: [0, 0, 0, 0], groups: [], ...CAPABILITIES },
	identity: null,
	escape: null,
	...more,
});

const CAPABILITIES = {
	...{ capabilities: "ff", boundingSet: "ff", permitted: "ff", inheritable: "0", ambient: "0" },
	...{ noNewPrivileges: false, seccompFilters: 1 },
};

/**
 * A run of a command that shares every namespace with the host and leaves nothing behind.
 * @param during what was read while the command ran; null if nothing was read
 */
export const observation = ({
	during = { host: hostState(), process: processState() },
	ending = { how: "returned", value: 0 },
	...more
}: Partial<Observation> & {
	during?: { host: HostState; process: ProcessState } | null;
	ending?: Ending;
} = {}): Observation => ({
	before: hostState(),
	moments: during === null ? {} : { during: { host: during.host, commands: { box: during.process } } },
	after: hostState(),
	calls: { box: { ending, atThrow: null, inputTaken: false, stopped: null, ledger: [], writes: [] } },
	programs: {},
	answers: {},
	images: {},
	signals: {},
	outputBytes: { stdout: 0, stderr: 0 },
	measured: {},
	givenUp: [],
	stageMs: {},
	...more,
});
