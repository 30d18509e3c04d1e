import * as v from "valibot";

/** The pieces that a guest's readings are made of: each is bounded, as the guest is not to be trusted. */

export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const text = v.pipe(v.string(), v.maxLength(8192));
const written = (pattern: RegExp) => v.pipe(v.string(), v.regex(pattern));
/** Signals or capabilities, a bit each, hexadecimal: see proc_pid_status(5). A process that has just ended may have none. */
export const mask = written(/^[0-9a-f]{1,16}$/);
export const maskOrNone = written(/^[0-9a-f]{0,16}$/);
/** major:minor; empty where there is no device. */
export const device = written(/^(?:\d{1,10}:\d{1,10})?$/);
/** SHA-256, hexadecimal; empty where there is no content. */
export const digest = written(/^(?:[0-9a-f]{64})?$/);
export const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(4096));

/** More than a process has files open. */
const NAMES_MAX = 1 << 16;

/**
 * By names that the guest says. One that every object has a member of, such as `toString`, names nothing that is read, and
 * is left out: whoever looks for what another record names would find that member.
 */
export const record = <T extends v.GenericSchema>(name: v.GenericSchema<string>, value: T) =>
	v.pipe(
		v.record(name, value),
		v.check((said) => Object.keys(said).length <= NAMES_MAX, "too many names"),
		v.transform((said) => {
			for (const key of Object.keys(said)) if (key in Object.prototype) delete said[key];
			return said;
		}),
	);

/** Namespaces of a process: `{ uts: "uts:[4026531838]", … }`, the links in /proc/PID/ns. See namespaces(7). */
export const Namespaces = record(text, text);

/** A line of /proc/PID/mountinfo. See proc_pid_mountinfo(5). */
export const Mount = v.object({
	id: count,
	parentId: count,
	/** Of the file system. */
	device,
	/** Which directory of the file system is mounted. */
	root: text,
	/** Where, as the process sees it. */
	mountPoint: text,
	/** Optional fields such as `shared:1` and `master:1`. */
	propagation: list(text),
	fstype: text,
	source: text,
	/** Options of the file system, such as `lowerdir=/a,upperdir=/b`. */
	options: text,
});

/** A mount of a mount namespace, wherever it is: covered, or out of every path's reach. See listmount(2). */
export const TableMount = v.object({ id: count, parentId: count, device, root: text, fstype: text });

/** What names a file or directory, whatever path leads to it. */
export const Place = v.object({ device, inode: written(/^\d{1,20}$/) });

/** A process in the guest, as its host sees it. */
export const Task = v.object({
	pid: count,
	/**
	 * When it was started, in clock ticks since boot: pids come back, so only both together name one process. 0 in what was
	 * recorded before this was read.
	 */
	startTicks: v.optional(count, 0),
	ppid: count,
	comm: text,
	state: text,
	/** Its pid in each of the nested PID namespaces, the outermost first. */
	nsPids: list(count),
});

/** A network link and its addresses. */
export const Link = v.object({ name: text, up: v.boolean(), addresses: list(text) });

/** What ip(8) and nft(8) show of a network namespace; read only where a run asks for it. */
export const Network = v.object({
	links: list(
		v.object({
			name: text,
			/** `veth`, `bridge`, … or empty. */
			kind: text,
			/** The flags, such as UP and LOWER_UP. */
			flags: list(text),
			/** The bridge that it is a port of, or empty. */
			master: text,
			/** Of a bridge's port: `forwarding`, or what it does in the place of that, such as `listening`. */
			portState: v.optional(text, ""),
			/** Of a bridge: whether the spanning tree protocol is on. */
			spanningTree: v.optional(v.boolean(), false),
			/** As ADDRESS/PREFIX. */
			addresses: list(text),
		}),
	),
	/** `via` is empty for what is reached directly. */
	routes: list(v.object({ destination: text, via: text, device: text })),
	/** In words, what the kernel has not made itself: rules that lead to tables of routes, routes of other tables, and of IPv6. */
	further: v.optional(list(text), []),
	/** The numbers by which it knows other namespaces that it is, or was, joined with: as long as those live. */
	peers: v.optional(list(count), []),
	/** Lines of nft's ruleset; read of the host's only. */
	rules: list(text),
	/** Whether packets between links are forwarded: net.ipv4.ip_forward. */
	forwarding: v.boolean(),
});

/** One file or directory of a tree that is watched. */
export const Entry = v.object({
	/** Relative to the tree's top, which is `.`. */
	path: text,
	kind: v.picklist(["file", "directory", "symlink", "char", "block", "fifo", "socket"]),
	/** Its inode's number, and when that was last changed: what is written and put back is another one, or younger. */
	inode: v.optional(count, 0),
	changedMs: v.optional(v.number(), 0),
	/** Permission bits. */
	mode: count,
	uid: count,
	gid: count,
	size: count,
	/** Of a device file; 0:0 is an overlay's whiteout. */
	device,
	/** Of a file's content; empty for all that is no file. */
	sha256: digest,
	/** The first bytes of a file's content, or where a symbolic link leads. */
	text: v.pipe(v.string(), v.maxLength(1024)),
	/** An overlay shows nothing of what lies below this directory. See overlayfs in the kernel's documentation. */
	opaque: v.boolean(),
});

/** The overlay that a process's root lies on. */
export const Overlay = v.object({
	lowerdirs: list(text),
	upperdir: text,
	workdir: text,
	/** What is in upperdir. */
	upper: list(Entry),
});

export type Mount = v.InferOutput<typeof Mount>;
export type TableMount = v.InferOutput<typeof TableMount>;
export type Place = v.InferOutput<typeof Place>;
export type Task = v.InferOutput<typeof Task>;
export type Link = v.InferOutput<typeof Link>;
export type Network = v.InferOutput<typeof Network>;
export type Entry = v.InferOutput<typeof Entry>;
export type Overlay = v.InferOutput<typeof Overlay>;
