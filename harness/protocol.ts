import * as v from "valibot";

/**
 * What host and guest say to each other over the virtio-serial port: the one file that both share.
 *
 * A frame is a 32-bit big-endian length and that many bytes of JSON. The guest is not to be trusted (the exercise is
 * root in it): the host checks every frame against these schemas, bounds their size, and ends the run at the first
 * violation. Each of the guest's frames repeats the run's nonce, which is in no file and which the exercise never sees.
 */

/** Longest frame that the host takes from a guest, and the most it takes in one run. */
export const LIMITS = {
	frameBytes: 4 << 20,
	runBytes: 16 << 20,
	outputBytes: 64 << 10,
	ledgerBytes: 1 << 20,
	/** Characters of a program's standard output, of a step that asks for all of it. */
	programChars: 1 << 20,
} as const;

/** The virtio-serial port's name; the guest finds it under /dev/virtio-ports. */
export const PORT = "org.drydock.agent";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(8192));
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(4096));

/** Namespaces of a process: `{ uts: "uts:[4026531838]", … }`, the links in /proc/PID/ns. See namespaces(7). */
const Namespaces = v.record(text, text);

/** A line of /proc/PID/mountinfo. See proc_pid_mountinfo(5). */
const Mount = v.object({
	id: count,
	parentId: count,
	/** major:minor of the file system. */
	device: text,
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

/** A process in the guest, as its host sees it. */
const Task = v.object({
	pid: count,
	ppid: count,
	comm: text,
	state: text,
	/** Its pid in each of the nested PID namespaces, the outermost first. */
	nsPids: list(count),
});

/** A network link and its addresses. */
const Link = v.object({ name: text, up: v.boolean(), addresses: list(text) });

/** What ip(8) and nft(8) show of a network namespace; read only where a run asks for it. */
const Network = v.object({
	links: list(
		v.object({
			name: text,
			/** `veth`, `bridge`, … or empty. */
			kind: text,
			/** The flags, such as UP and LOWER_UP. */
			flags: list(text),
			/** The bridge that it is a port of, or empty. */
			master: text,
			/** As ADDRESS/PREFIX. */
			addresses: list(text),
		}),
	),
	/** `via` is empty for what is reached directly. */
	routes: list(v.object({ destination: text, via: text, device: text })),
	/** Lines of nft's ruleset; read of the host's only. */
	rules: list(text),
	/** Whether packets between links are forwarded: net.ipv4.ip_forward. */
	forwarding: v.boolean(),
});

/** One file or directory of a tree that is watched. */
const Entry = v.object({
	/** Relative to the tree's top, which is `.`. */
	path: text,
	kind: v.picklist(["file", "directory", "symlink", "char", "block", "fifo", "socket"]),
	/** Permission bits. */
	mode: count,
	uid: count,
	gid: count,
	size: count,
	/** major:minor of a device file; 0:0 is an overlay's whiteout. */
	device: text,
	/** Of a file's content, hexadecimal; empty for all that is no file. */
	sha256: text,
	/** The first bytes of a file's content, or where a symbolic link leads. */
	text: v.pipe(v.string(), v.maxLength(1024)),
	/** An overlay shows nothing of what lies below this directory. See overlayfs in the kernel's documentation. */
	opaque: v.boolean(),
});

/** The overlay that a process's root lies on. */
const Overlay = v.object({
	lowerdirs: list(text),
	upperdir: text,
	workdir: text,
	/** What is in upperdir. */
	upper: list(Entry),
});

/** What can be read of the machine as a whole, from where its init (pid 1) stands. */
const HostState = v.object({
	hostname: text,
	namespaces: Namespaces,
	mounts: list(Mount),
	tasks: list(Task),
	/** Keys of the System V message queues. See proc_sysvipc(5). */
	queues: list(text),
	cgroups: list(text),
	links: list(Link),
	/** Entries of the root directory. */
	root: list(text),
	/** How many processes the kernel has killed since it started because memory ran out. */
	oomKills: count,
	/** The directories that the run watches, by path; null where there is none. */
	trees: v.record(text, v.nullable(list(Entry))),
	network: v.nullable(Network),
});

/** What can be read of the command that the exercise has started. */
const ProcessState = v.object({
	pid: count,
	/** Its pid in each of the nested PID namespaces, the outermost first. */
	nsPids: list(count),
	namespaces: Namespaces,
	/** Kinds of namespace in which its threads disagree. */
	splitNamespaces: list(text),
	hostname: text,
	queues: list(text),
	mounts: list(Mount),
	/** Its current directory, as a path in its mount namespace. */
	cwd: text,
	/** Entries of its root directory. */
	root: list(text),
	/** Whether walking up from its current directory meets its root. */
	cwdInsideRoot: v.boolean(),
	/** Pids that the /proc it sees lists; null when there is none. */
	procPids: v.nullable(list(count)),
	cgroup: text,
	/** Files of its cgroup, such as `memory.max`; empty in the root cgroup. */
	cgroupFiles: v.record(text, text),
	/** Its arguments, the program's name first, and its environment, as execve was given them. */
	arguments: list(text),
	environment: list(text),
	/** What its engine has started and is still there, itself included, the eldest first. */
	tasks: list(Task),
	/** The namespaces of the engine itself. */
	engineNamespaces: Namespaces,
	/** Its open files by descriptor: the links in /proc/PID/fd. */
	descriptors: v.record(text, text),
	/** The same of the engine that has started it: 0, 1 and 2. */
	engineDescriptors: v.record(text, text),
	/** Signals as masks: SigBlk, SigIgn and SigCgt of /proc/PID/status. */
	signals: v.object({ blocked: text, ignored: text, caught: text }),
	/** The overlay that is its root; null when its root is something else. */
	overlay: v.nullable(Overlay),
	/** Files in its root that the run asks for, by path; null where there is none. */
	files: v.record(text, v.nullable(Entry)),
	links: list(Link),
	network: v.nullable(Network),
	credentials: v.object({ uids: list(count), gids: list(count), capabilities: text, boundingSet: text }),
	/** The result of the classic break-out from a chroot, tried from where this process stands; null if not tried. */
	escape: v.nullable(v.object({ readHostFile: v.boolean(), refusedBy: text })),
});

const Thrown = v.object({
	name: text,
	message: text,
	stack: v.pipe(v.string(), v.maxLength(65536)),
	/** Only of a SyscallError. */
	syscall: v.optional(v.object({ call: text, args: v.record(text, text), code: text, errno: count })),
});

/** How the exercise ended. */
const Ending = v.variant("how", [
	v.object({ how: v.literal("returned"), value: v.unknown() }),
	v.object({ how: v.literal("threw"), thrown: Thrown, inChild: v.boolean() }),
	/** A forked child came back from the exercise instead of leaving by execve or _exit. */
	v.object({ how: v.literal("child-returned") }),
	/** The exercise returned a promise. */
	v.object({ how: v.literal("asynchronous") }),
	v.object({ how: v.literal("exited"), code: v.nullable(count), signal: v.nullable(text) }),
	/** The deadline came first: what each of its processes was doing. */
	v.object({ how: v.literal("hung"), tasks: list(Task) }),
]);

/** Whether something that came from the exercise's side is an ending. */
export const isEnding = (value: unknown): value is Ending => v.is(Ending, value);

const LedgerCall = v.object({
	/** Line of descent of the process: "1", its first child "1.1", and so on. */
	task: text,
	call: text,
	args: v.record(text, text),
	/** The kernel's answer; absent when the call never came back. */
	result: v.optional(v.number()),
	error: v.optional(text),
});

/** One container that a run has started: how it ended, and what led there. */
const Container = v.object({
	ending: Ending,
	/** The process that ended the exercise with an exception, as it was when it threw. */
	atThrow: v.nullable(ProcessState),
	ledger: list(LedgerCall),
});

/** What was read at one moment. */
const Moment = v.object({
	host: HostState,
	/** The commands that run, by container; null for one that has ended or never ran. */
	commands: v.record(text, v.nullable(ProcessState)),
});

/** How a program ended that the run has started on the host. */
const ProgramEnd = v.object({
	code: v.nullable(count),
	stdout: v.pipe(v.string(), v.maxLength(LIMITS.programChars)),
	stderr: text,
});

export const Observation = v.object({
	before: HostState,
	/** By the name that the step gave it. */
	moments: v.record(text, Moment),
	after: HostState,
	containers: v.record(text, Container),
	programs: v.record(text, ProgramEnd),
	/** What came of each signal, by the step's name: whether the container ended before patience did. */
	signals: v.record(text, v.picklist(["ended", "ignored"])),
	outputBytes: v.object({ stdout: count, stderr: count }),
	/** Where the guest's time went, by stage. */
	stageMs: v.record(text, v.number()),
});

/** Everything that a guest may say. */
export const GuestFrame = v.variant("type", [
	/** The agent is up; only said once, before the snapshot. */
	v.object({ type: v.literal("ready"), kernel: text }),
	v.object({
		type: v.literal("pong"),
		nonce: text,
		/** By the guest's own clock. */
		monotonicMs: v.number(),
	}),
	/** The run has been heard; the exercise comes next. What is lost before this is not the exercise's fault. */
	v.object({ type: v.literal("started"), nonce: text }),
	v.object({
		type: v.literal("output"),
		nonce: text,
		stream: v.picklist(["stdout", "stderr"]),
		/** Base64. */
		data: v.pipe(v.string(), v.maxLength(LIMITS.outputBytes * 2)),
	}),
	v.object({ type: v.literal("report"), nonce: text, observation: Observation }),
	/** The agent itself failed. */
	v.object({ type: v.literal("failed"), nonce: text, message: text }),
]);

/** Something done on the guest's host before the exercise runs. */
export type Preparation =
	| { do: "write"; path: string; text: string; mode?: number }
	| { do: "directory"; path: string }
	| { do: "copy"; from: string; to: string }
	/** Makes a System V message queue. */
	| { do: "queue" }
	/** Runs a program; its failure ends the run. */
	| { do: "run"; argv: string[] };

/** One step of a run, on its containers by name. A step on a container that has ended does nothing. */
export type Step =
	/** Calls the exercise on a parked runner, and waits until its command runs. */
	| { do: "start"; container: string }
	/** Reads host and commands, and keeps what was read under this name. */
	| { do: "look"; as: string }
	/** Writes a line to the command, and waits until it says that it waits for the next. */
	| { do: "go"; container: string }
	/** Sends a signal, and waits for the end; what then still runs is killed. */
	| { do: "signal"; container: string; to: "command" | "init" | "engine"; signal: NodeJS.Signals; as: string }
	/** Waits until nothing of the container's is on its way to its end: no zombie is left, and nobody more ends. */
	| { do: "settle"; container: string }
	/** Writes a line to the command, closes its standard input, and waits for the end. */
	| { do: "end"; container: string }
	/**
	 * Runs a program on the host, or in the network namespace of a container's command. Of what it prints the first 8000
	 * characters are kept, or, where the step asks for all of its standard output, {@link LIMITS}.programChars.
	 */
	| { do: "run"; argv: string[]; networkOf?: string; as: string; keepAll?: boolean };

/** The work for one fresh virtual machine. */
export interface Run {
	type: "run";
	nonce: string;
	/** Base64; 48 bytes of the host's randomness, as every restored machine starts with the same. */
	entropy: string;
	timeMs: number;
	prepare: Preparation[];
	/** CommonJS; `#kernel` is left to the runner. */
	code: string;
	/** Which export of `code` to call. */
	call: string;
	/**
	 * What to call it with, by container. The command's arguments hold the token, and so does the line that it prints
	 * whenever it waits for one: how the agent knows that the command runs, and where it is.
	 */
	containers: Record<string, { args: unknown[]; token: string }>;
	steps: Step[];
	/** Directories of the host to read whenever the host is read. */
	watch: string[];
	/** Files to read in a command's root, relative to it. */
	files: string[];
	/** Whether to read networks. */
	network: boolean;
	/** A file of the host that the break-out tries to read; none is tried without. */
	secret: { path: string; text: string } | null;
	/**
	 * Whether tracing and the loading of modules are left to what is played, which then gets at the agent as well: for
	 * what is the kit's own.
	 */
	unlocked?: boolean;
	deadlineMs: number;
}

/** What a host may say. Both others are answered by a pong; a practice is a run of the agent's own, before that. */
export type HostFrame = Run | { type: "ping" | "practice"; nonce: string };
export type GuestFrame = v.InferOutput<typeof GuestFrame>;
export type Observation = v.InferOutput<typeof Observation>;
export type HostState = v.InferOutput<typeof HostState>;
export type ProcessState = v.InferOutput<typeof ProcessState>;
export type Mount = v.InferOutput<typeof Mount>;
export type Task = v.InferOutput<typeof Task>;
export type Link = v.InferOutput<typeof Link>;
export type Network = v.InferOutput<typeof Network>;
export type Entry = v.InferOutput<typeof Entry>;
export type Overlay = v.InferOutput<typeof Overlay>;
export type Moment = v.InferOutput<typeof Moment>;
export type Container = v.InferOutput<typeof Container>;
export type Ending = v.InferOutput<typeof Ending>;
export type LedgerCall = v.InferOutput<typeof LedgerCall>;

/** The other side broke the protocol. */
export class ProtocolError extends Error {
	override readonly name = "ProtocolError";
}

/** One frame as it goes over the wire. */
export function encodeFrame(frame: unknown): Buffer {
	const body = Buffer.from(JSON.stringify(frame));
	const head = Buffer.alloc(4);
	head.writeUInt32BE(body.length);
	return Buffer.concat([head, body]);
}

/** Cuts a stream of bytes into frames. */
export class FrameDecoder {
	#chunks: Buffer[] = [];
	#length = 0;

	constructor(readonly maxFrameBytes: number) {}

	/**
	 * Takes the next bytes.
	 * @returns the frames that are now whole, parsed but not validated
	 * @throws {ProtocolError} too long a frame, or not JSON
	 */
	push(chunk: Buffer): unknown[] {
		this.#chunks.push(chunk);
		this.#length += chunk.length;
		const frames: unknown[] = [];
		while (this.#length >= 4) {
			const size = this.#peek(4).readUInt32BE();
			if (size > this.maxFrameBytes) throw new ProtocolError(`a frame of ${size} bytes`);
			if (this.#length < 4 + size) break;
			const whole = this.#peek(4 + size);
			frames.push(parseJson(whole.subarray(4, 4 + size)));
			const rest = whole.subarray(4 + size);
			this.#chunks = [rest];
			this.#length = rest.length;
		}
		return frames;
	}

	// At least `size` bytes in one piece; joins the chunks only when they are needed.
	#peek(size: number): Buffer {
		const [first] = this.#chunks;
		if (first !== undefined && first.length >= size) return first;
		const joined = Buffer.concat(this.#chunks);
		this.#chunks = [joined];
		return joined;
	}
}

function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString("utf8"));
	} catch (cause) {
		throw new ProtocolError("a frame that is not JSON", { cause });
	}
}
