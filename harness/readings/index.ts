import * as v from "valibot";
import {
	count,
	Entry,
	Link,
	list,
	Mount,
	maskOrNone,
	Namespaces,
	Network,
	Overlay,
	Place,
	record,
	TableMount,
	Task,
	text,
} from "./bounded.ts";

/**
 * Ways out of a root, tried by the agent from where a process stands: "" where one led to the host's files, otherwise why
 * it did not.
 */
const Ways = v.object({
	/** chroot(2) once more, with the current directory left above the new root; then up by "..". */
	climb: text,
	/** umount2("/", MNT_DETACH) and setns(2) into the same mount namespace, again and again. */
	uncover: text,
});

/** The ways, and the same ways out of a chroot of the agent's own on the host: unless those work, nothing is known. */
const Escape = v.object({ ...Ways.entries, control: Ways });

/** What can be read of the machine as a whole, from where its init (pid 1) stands. */
export const HostState = v.object({
	hostname: text,
	/** The NIS domain name, which a UTS namespace has beside the hostname. See uts_namespaces(7). */
	domainname: text,
	namespaces: Namespaces,
	mounts: list(Mount),
	tasks: list(Task),
	/** Keys of the System V message queues. See proc_sysvipc(5). */
	queues: list(text),
	cgroups: list(text),
	/** Files of the cgroup that the run asks for, and of all below it, by path: `{ "/box/web-1": { "memory.max": … } }`. */
	limits: record(text, record(text, text)),
	links: list(Link),
	/** Entries of the root directory. */
	root: list(text),
	/** How many processes the kernel has killed since it started because memory ran out. */
	oomKills: count,
	/** The directories that the run watches, by path; null where there is none. */
	trees: record(text, v.nullable(list(Entry))),
	network: v.nullable(Network),
	/** Network namespaces that a process of the host has open, as `net:[4026532151]`; read with `network` only. */
	openNetworks: v.optional(list(text), []),
	/** What the run asks to have named, by path; null where there is nothing. */
	places: v.optional(record(text, v.nullable(Place)), {}),
});

/** What can be read of the command that the exercise has started. */
export const ProcessState = v.object({
	pid: count,
	/** Its pid in each of the nested PID namespaces, the outermost first. */
	nsPids: list(count),
	namespaces: Namespaces,
	/** Kinds of namespace in which its threads disagree. */
	splitNamespaces: list(text),
	hostname: text,
	queues: list(text),
	mounts: list(Mount),
	/** All of its mount namespace, with what its root hides; null where the run does not ask for the break-out. */
	table: v.optional(v.nullable(list(TableMount)), null),
	/** Its current directory, as a path in its mount namespace. */
	cwd: text,
	/** Entries of its root directory. */
	root: list(text),
	/** Its root directory, and what is open at each of its descriptors. */
	rootPlace: v.optional(v.nullable(Place), null),
	openPlaces: v.optional(record(text, Place), {}),
	/** Where it finds the host's files that the run looks for: below its root, and below whatever is mounted there. */
	secrets: v.optional(list(text), []),
	/** Whether walking up from its current directory meets its root. */
	cwdInsideRoot: v.boolean(),
	/** Pids that the /proc it sees lists; null when there is none. */
	procPids: v.nullable(list(count)),
	cgroup: text,
	/** Files of its cgroup, such as `memory.max`; empty in the root cgroup. */
	cgroupFiles: record(text, text),
	/** Its arguments, the program's name first, and its environment, as execve was given them. */
	arguments: list(text),
	environment: list(text),
	/** What its engine has started and is still there, itself included, the eldest first. */
	tasks: list(Task),
	/** How many processes have become a program with the same arguments, the token among them: itself, and any second one. */
	copies: count,
	/** Pid of the engine itself: the process that has called the exercise. */
	enginePid: count,
	/** Whether the engine's root is the host's. */
	engineInHostRoot: v.boolean(),
	/** The namespaces of the engine itself. */
	engineNamespaces: Namespaces,
	/** The cgroup of the engine itself, as `cgroup` is said. */
	engineCgroup: text,
	/** Its open files by descriptor: the links in /proc/PID/fd. */
	descriptors: record(text, text),
	/** What the agent has started its engine with at 0, 1 and 2, said in the same way. */
	engineDescriptors: record(text, text),
	/** SigBlk, SigIgn and SigCgt of /proc/PID/status. */
	signals: v.object({ blocked: maskOrNone, ignored: maskOrNone, caught: maskOrNone }),
	/** The overlay that is its root; null when its root is something else. */
	overlay: v.nullable(Overlay),
	/** Files in its root that the run asks for, by path; null where there is none. */
	files: record(text, v.nullable(Entry)),
	links: list(Link),
	network: v.nullable(Network),
	credentials: v.object({ uids: list(count), gids: list(count), capabilities: maskOrNone, boundingSet: maskOrNone }),
	/** What came of breaking out from where this process stands; null if it was not tried. */
	escape: v.nullable(Escape),
});

export type Escape = v.InferOutput<typeof Escape>;
export type HostState = v.InferOutput<typeof HostState>;
export type ProcessState = v.InferOutput<typeof ProcessState>;
