import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Duplex } from "node:stream";
import { PORT } from "../protocol/index.ts";
import { type Accelerator, acceleratorOptions } from "./computer/accelerator.ts";
import { architecture } from "./computer/arch.ts";
import { confined } from "./computer/confinement.ts";
import { Qmp } from "./qmp.ts";

const GUEST_MEMORY_MB = 512;
const SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";
/**
 * How many of QEMU's descriptors come before those of files: the three standard streams, the agent's port, QMP, the
 * saved state, and the console.
 */
const CHANNELS = 7;
/** How much is kept of the end of the console's text, and of QEMU's standard error. */
const TAIL_BYTES = 16 << 10;

export interface QemuOptions {
	accelerator: Accelerator;
	/** The file behind the guest's memory. `share`: whether the guest's writes change the file. */
	memory: { path: string; share: boolean };
	/** The path of the file with the guest's /usr. */
	disk: string;
	/** Boots this kernel, or waits for a saved state (`incoming`). */
	start: { kernel: string; initrd: string } | { incoming: true };
	/** Descriptor of a socket to which QEMU can save the machine's state; null if there is none. */
	stateSocket?: number | null;
}

/** A QEMU process. It ends when `kill` is called, when the guest shuts down or restarts, or when this process dies. */
export interface Qemu {
	/** -1 if the process could not be started. */
	pid: number;
	/** The agent's port. */
	agent: Duplex;
	qmp: Qmp;
	/** The channel for the saved state, if the machine was started with `incoming`. */
	incoming: Duplex;
	/** The path by which QEMU opens the state socket; null if it was given none. */
	statePath: string | null;
	/** Settles when the process has ended. */
	ended: Promise<void>;
	/** The end of what the guest's kernel wrote to its console. */
	consoleTail(): string;
	/** The end of QEMU's standard error. */
	stderrTail(): string;
	kill(): Promise<void>;
}

// x-ignore-shared: the saved state does not contain the memory, which stays in its file. A machine that loads the state
// does not look for the memory in the state. events: QEMU reports the progress in the events that migrated() awaits.
const CAPABILITIES = [
	{ capability: "x-ignore-shared", state: true },
	{ capability: "events", state: true },
];

/**
 * Saves the state of a machine's devices to `uri`. The memory is in its file already. QEMU stops the machine and does
 * not resume it.
 */
export async function saveState({ qmp }: Qemu, uri: string): Promise<void> {
	const completed = migrated(qmp);
	await Promise.all([
		qmp.execute("migrate-set-capabilities", { capabilities: CAPABILITIES }),
		qmp.execute("migrate", { uri }),
		completed,
	]);
}

/** Loads a saved state into a machine that was started with `incoming`. The machine then runs. */
export async function loadState({ qmp, incoming }: Qemu, state: Buffer): Promise<void> {
	const completed = migrated(qmp);
	incoming.end(state);
	await Promise.all([
		qmp.execute("migrate-set-capabilities", { capabilities: CAPABILITIES }),
		qmp.execute("migrate-incoming", { uri: "fd:5" }),
		completed,
	]);
}

function migrated(qmp: Qmp): Promise<void> {
	return new Promise((resolve, reject) => {
		qmp.onEvent(({ event, data }) => {
			if (event !== "MIGRATION") return;
			if (data["status"] === "completed") resolve();
			if (data["status"] === "failed") reject(new Error("QEMU could not save or load the machine's state"));
		});
		qmp.closed.then(() => reject(new Error("QEMU ended while it saved or loaded the machine's state")));
	});
}

/** Starts QEMU. Its channels are inherited descriptors, so there are no socket files to clean up. */
export function startQemu(options: QemuOptions): Qemu {
	const { accelerator, memory, disk, start, stateSocket = null } = options;
	const forExercise = "incoming" in start;
	// On Linux, the QEMU of an exercise gets its files as open descriptors, because its user may not be allowed to enter
	// their folders.
	const files =
		process.platform === "linux" && forExercise ? [memory.path, disk].map((path) => openSync(path, "r")) : [];
	const [memoryPath = memory.path, diskPath = disk] = files.map((_, index) => `/proc/self/fd/${CHANNELS + index}`);
	const arguments_ = qemuArguments({ ...options, memory: { ...memory, path: memoryPath }, disk: diskPath });
	const [program, args] = confined(architecture().qemu.program, arguments_, { forExercise, accelerator });
	const inherited = stateSocket === null ? files : [...files, stateSocket];
	const channels = ["ignore", "ignore", "pipe", "pipe", "pipe", "pipe", "pipe"] as const;
	// Not zx: QEMU gets more descriptors than the first three.
	const child = spawn(program, args, { stdio: [...channels, ...inherited] });
	for (const file of files) closeSync(file);
	const [, , stderr, agent, qmp, incoming, console_] = child.stdio as unknown as (Duplex | null)[];
	if (!stderr || !agent || !qmp || !incoming || !console_) throw new Error("QEMU was started without its channels");
	// When QEMU ends, its channels may report errors. `ended` reports the end.
	for (const channel of [agent, qmp, incoming, console_]) channel.on("error", () => {});
	const ended = new Promise<void>((resolve) => {
		child.once("error", () => resolve());
		child.once("close", () => resolve());
	});
	return {
		pid: child.pid ?? -1,
		agent,
		qmp: new Qmp(qmp),
		incoming,
		statePath: stateSocket === null ? null : `/proc/self/fd/${CHANNELS + files.length}`,
		ended,
		consoleTail: tailOf(console_),
		stderrTail: tailOf(stderr),
		kill: () => {
			// The child's "close" event waits for unread data.
			agent.destroy();
			return kill(child, ended);
		},
	};
}

async function kill(child: ChildProcess, ended: Promise<void>): Promise<void> {
	child.kill("SIGKILL");
	await ended;
}

/** The arguments with which QEMU boots a guest, without the paths of files. They are a part of a snapshot's key. */
export function hardwareArguments(accelerator: Accelerator): string[] {
	const start = { kernel: "", initrd: "" };
	return qemuArguments({ accelerator, memory: { path: "", share: true }, disk: "", start });
}

function qemuArguments({ accelerator, memory, disk, start }: QemuOptions): string[] {
	const { qemu, console: serial } = architecture();
	const cmdline = [
		`console=${serial} quiet loglevel=4 panic=-1`,
		// Nothing in the guest needs protection from attacks on the processor, so mitigations=off. With fixed addresses
		// (nokaslr, norandmaps), a program that runs a second time is not translated a second time.
		"mitigations=off nokaslr norandmaps no_timer_check lockdown=confidentiality",
	].join(" ");
	return [
		...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
		...["-machine", `${qemu.machine},memory-backend=ram`, ...acceleratorOptions(accelerator)],
		...["-smp", "1", "-m", `${GUEST_MEMORY_MB}M`],
		...[
			"-object",
			`memory-backend-file,id=ram,size=${GUEST_MEMORY_MB}M,mem-path=${escapeCommas(memory.path)},share=${onOff(memory.share)}`,
		],
		...[
			"-drive",
			`if=none,id=usr,format=raw,readonly=on,file=${escapeCommas(disk)}`,
			"-device",
			"virtio-blk-pci,drive=usr",
		],
		...["-device", "virtio-serial-pci", "-chardev", "socket,id=agent,fd=3"],
		...["-device", `virtserialport,chardev=agent,name=${PORT},id=agent`],
		...["-chardev", "socket,id=qmp,fd=4", "-mon", "chardev=qmp,mode=control"],
		...["-chardev", "socket,id=console,fd=6", "-serial", "chardev:console"],
		// The exercise is root in the guest, so the guest has no network and no shared folder. The sandbox keeps QEMU from
		// starting programs.
		...["-nic", "none"],
		...(process.platform === "linux" ? ["-sandbox", SANDBOX] : []),
		...("kernel" in start
			? ["-kernel", start.kernel, "-initrd", start.initrd, "-append", cmdline]
			: ["-incoming", "defer"]),
	];
}

const onOff = (value: boolean) => (value ? "on" : "off");

// QEMU's option strings escape a comma by doubling it.
const escapeCommas = (path: string) => path.replaceAll(",", ",,");

function tailOf(stream: Duplex): () => string {
	let tail = Buffer.alloc(0);
	stream.on("data", (chunk: Buffer) => {
		tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
	});
	return () => tail.toString("utf8");
}
