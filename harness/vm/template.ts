import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { cacheDir, cached, exists, hashOf, isWhole, keepNewest } from "../base/cache.ts";
import { cacheFailureOf, checkRoom } from "../base/cache-owner.ts";
import { Failure } from "../base/failure.ts";
import { interruption, unlessInterrupted } from "../base/interrupt.ts";
import type { Progress } from "../base/progress.ts";
import { encodeFrame, type HostFrame } from "../protocol/index.ts";
import { type Accelerator, acceleratorsToTry, recordFailure } from "./computer/accelerator.ts";
import { letMachinesOpen } from "./computer/confinement.ts";
import { qemuIdentity } from "./computer/qemu-program.ts";
import { FrameReceiver, type LostError } from "./frame-receiver.ts";
import type { Image } from "./image/image.ts";
import { hardwareArguments, type Qemu, type QemuOptions, saveState, startQemu } from "./qemu.ts";

/**
 * A snapshot of a booted machine: its memory and device state, with a warmed-up agent and runners that wait. Machines
 * are restored from it copy-on-write, so its files never change once it is published.
 */
export interface Template {
	/** The template's directory in the cache. */
	dir: string;
	accelerator: Accelerator;
	/** File with the guest's memory. A Machine maps it privately; a RewindableMachine works on a copy. */
	memory: string;
	/** Distinguishes the memory file from a later one at the same path. The device state fits only this file. */
	memoryIdentity: string;
	/** The devices' state, a few hundred kilobytes. */
	state: Buffer;
	/** The guest's /usr, which restored machines continue to read. */
	disk: string;
	/**
	 * Time from QEMU's start to the agent's first frame on this computer, from which all deadlines are computed. On
	 * Linux, QEMU's processor time is used if that is less, so that waiting for other processes does not count.
	 */
	bootMs: number;
}

const BOOT_DEADLINE_MS: Record<Accelerator, number> = { kvm: 20_000, hvf: 20_000, tcg: 240_000 };
/** How many pings the agent answers before the machine is saved. */
const SETTLE_PINGS = 400;
/** How much the rate of the guest's clock may differ from 1. */
const CLOCK_TOLERANCE = 0.1;
// sun_path of unix(7) has 108 bytes on Linux and 104 on macOS, including the final NUL.
const SOCKET_PATH_MAX = 103;
/** How many times a machine is booted at most, until the guest's clock is right. */
const BOOT_ATTEMPTS = 4;
/** Free space that the file with the guest's memory needs. A booted guest has written less than half of the file. */
const NEEDED_BYTES = 600e6;
/**
 * How long the machine is left alone after the pings, while its clock is measured. After that, it is left alone for
 * another half of this time.
 */
const SETTLE_MS: Record<Accelerator, number> = { kvm: 500, hvf: 500, tcg: 2_500 };
const Metadata = v.object({ accelerator: v.picklist(["kvm", "hvf", "tcg"]), bootMs: v.number() });

/**
 * Returns the template of `image`. Boots and saves a machine if there is no template in the cache. An accelerator
 * counts as usable only when a machine has booted with it. If one fails and another one works, the failure is recorded,
 * and the accelerator is not tried again.
 * @param damaged a template that cannot be restored: it is replaced, and deleted when the new one is complete
 * @throws {Failure} unsupported: QEMU is missing, or the cache cannot be used; failed: no machine boots even in
 * emulation
 */
export async function ensureTemplate(image: Image, progress: Progress, damaged?: Template): Promise<Template> {
	const failures = new Map<Accelerator, string>();
	for (const accelerator of await acceleratorsToTry()) {
		try {
			const template = await templateFor(image, accelerator, progress, damaged);
			// A machine that boots with another accelerator shows that the image is good and the failed accelerator was the
			// cause.
			for (const [failed, why] of failures) await recordFailure(failed, why);
			return template;
		} catch (error) {
			if (accelerator === "tcg" || interruption.aborted) throw error;
			// No machine was tried: the cache belongs to another user, or is full. It may still hold a snapshot for the next
			// accelerator.
			if (error instanceof Failure && error.kind === "unsupported") continue;
			failures.set(accelerator, String((error as Error).message));
			progress.note(
				`no machine boots with ${accelerator} here, so drydock emulates the machines: slower, but with the same lessons`,
			);
		}
	}
	throw new Failure("failed", "no accelerator is left to try");
}

/**
 * The template of `image` in the cache, and when it was made; null if there is none, or it is damaged.
 * @throws {Failure} unsupported: this user cannot use the template
 */
export async function cachedTemplate(image: Image): Promise<{ template: Template; savedAt: Date } | null> {
	for (const accelerator of await acceleratorsToTry()) {
		const key = await templateKey(image, accelerator);
		if (!(await isWhole("templates", key))) continue;
		const template = await loadTemplate(join(cacheDir, "templates", key), image);
		if (template !== null) return { template, savedAt: (await stat(join(template.dir, "meta.json"))).mtime };
	}
	return null;
}

/** Whether the template's files are still the loaded ones: another process may have removed or replaced them. */
export async function isCurrent({ memory, memoryIdentity, disk }: Template): Promise<boolean> {
	return memoryIdentity === (await fileIdentity(memory)) && (await exists(disk));
}

async function templateFor(
	image: Image,
	accelerator: Accelerator,
	progress: Progress,
	damaged: Template | undefined,
): Promise<Template> {
	const key = await templateKey(image, accelerator);
	let made = false;
	let template = null as Template | null;
	const dir = await cached(
		"templates",
		key,
		async (staging) => {
			await checkRoom(cacheDir, NEEDED_BYTES, "the snapshot of a virtual machine");
			await progress.step(`snapshot of a booted virtual machine (${accelerator})`, (say) =>
				bootAndSave(staging, image, accelerator, say),
			);
			made = true;
		},
		async (entry) => {
			template = await loadTemplate(entry, image);
			return template !== null && template.memoryIdentity !== damaged?.memoryIdentity;
		},
	);
	if (made) {
		await keepNewest("templates", 3);
		template = await loadTemplate(dir, image);
	}
	if (template === null) throw new Failure("failed", "the snapshot could not be read", "repeat the command");
	return template;
}

async function templateKey(image: Image, accelerator: Accelerator): Promise<string> {
	return hashOf("template 4", image.key, await qemuIdentity(), hardwareArguments(accelerator), SETTLE_PINGS, SETTLE_MS);
}

/**
 * Reads a template.
 * @returns null if it is damaged
 * @throws {Failure} unsupported: this user cannot use the template
 */
async function loadTemplate(dir: string, image: Image): Promise<Template | null> {
	const memory = join(dir, "memory");
	const [text, state] = await Promise.all([
		readFile(join(dir, "meta.json"), "utf8").catch(() => ""),
		readFile(join(dir, "state")).catch(() => null),
	]);
	const meta = v.safeParse(v.pipe(v.string(), v.parseJson(), Metadata), text);
	if (!meta.success || state === null || !(await exists(memory))) return null;
	try {
		await letMachinesOpen(memory);
	} catch (error) {
		throw (await cacheFailureOf(error, memory)) ?? error;
	}
	return { dir, ...meta.output, memory, memoryIdentity: await fileIdentity(memory), state, disk: image.base.usr };
}

// An empty string if there is no such file.
async function fileIdentity(file: string): Promise<string> {
	const info = await stat(file).catch(() => null);
	return info === null ? "" : `${info.dev}:${info.ino}:${info.size}:${info.mtimeMs}`;
}

async function bootAndSave(
	staging: string,
	image: Image,
	accelerator: Accelerator,
	say: (detail: string) => void,
): Promise<void> {
	const memory = { path: join(staging, "memory"), share: true };
	const start = { kernel: image.base.kernel, initrd: image.initrd };
	for (let attempt = 1; ; attempt++) {
		const startedMs = performance.now();
		await rm(memory.path, { force: true });
		const qemu = startQemu({ accelerator, memory, disk: image.base.usr, start });
		try {
			say("booting");
			const receiver = await unlessInterrupted(untilReady(qemu, BOOT_DEADLINE_MS[accelerator]));
			const wallMs = Math.round(performance.now() - startedMs);
			const bootMs = Math.min(wallMs, (await processorMs(qemu.pid)) ?? wallMs);
			say("settling");
			const clockRate = await unlessInterrupted(settle(qemu, receiver, SETTLE_MS[accelerator]));
			// In emulation on a busy computer, the kernel may calibrate its clock against a timer that came late. The guest's
			// clock then runs far too fast: seconds pass in the guest while milliseconds pass outside. Only another boot
			// corrects that.
			if (Math.abs(clockRate - 1) > CLOCK_TOLERANCE) {
				if (attempt < BOOT_ATTEMPTS) continue;
				throw new Failure(
					"failed",
					`the guest's clock runs ${clockRate.toFixed(1)} times as fast as it should`,
					"repeat the command when the computer is less busy",
				);
			}
			say("saving");
			await unlessInterrupted(saveDeviceState(qemu, join(staging, "state")));
			await letMachinesOpen(memory.path);
			await writeFile(
				join(staging, "meta.json"),
				JSON.stringify({ accelerator, bootMs } satisfies v.InferOutput<typeof Metadata>),
			);
			return;
		} finally {
			await qemu.kill();
		}
	}
}

/** Measures how long a machine takes from its start to its agent's first frame, in milliseconds. */
export async function coldBoot(options: QemuOptions): Promise<number> {
	const startedMs = performance.now();
	const qemu = startQemu(options);
	try {
		await untilReady(qemu, BOOT_DEADLINE_MS[options.accelerator]);
		return performance.now() - startedMs;
	} finally {
		await qemu.kill();
	}
}

async function untilReady(qemu: Qemu, deadlineMs: number): Promise<FrameReceiver> {
	const receiver = new FrameReceiver(qemu);
	const { type } = await receiver.next(deadlineMs).catch((cause: LostError) => {
		throw new Failure("failed", `the virtual machine did not boot: ${cause.how}\n${cause.detail}`.trim(), undefined, {
			cause,
		});
	});
	if (type !== "ready") throw new Failure("failed", `the virtual machine's first frame was ${type}`);
	return receiver;
}

// The sum of utime and stime, which are in hundredths of a second: see proc_pid_stat(5). @returns null on other systems
// than Linux
async function processorMs(pid: number): Promise<number | null> {
	const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
	const [utime, stime] =
		line
			?.replace(/^.*\) /, "")
			.split(" ")
			.slice(11, 13)
			.map(Number) ?? [];
	return utime === undefined || stime === undefined ? null : 10 * (utime + stime);
}

// If the snapshot were made while the guest works, every restored machine would first finish that work. So the agent
// first answers many pings, until an answer no longer needs work that is done only once. Then the machine is left alone
// until it is idle.
// @returns how fast the guest's clock runs; 1 is right
async function settle(qemu: Qemu, receiver: FrameReceiver, quietMs: number): Promise<number> {
	const ask = async () => {
		qemu.agent.write(encodeFrame({ type: "ping", nonce: "" } satisfies HostFrame));
		const frame = await receiver.next(BOOT_DEADLINE_MS.tcg);
		if (frame.type !== "pong") throw new Failure("failed", `the virtual machine answered a ping with ${frame.type}`);
		return { guestMs: frame.monotonicMs, hostMs: performance.now() };
	};
	for (let i = 0; i < SETTLE_PINGS; i++) await ask();
	const first = await ask();
	await sleep(quietMs);
	const last = await ask();
	await sleep(quietMs / 2);
	return (last.guestMs - first.guestMs) / (last.hostMs - first.hostMs);
}

// Only the devices' state goes through the socket. QEMU stops the machine when it has saved the state, and never
// resumes it. So the memory file matches the state.
async function saveDeviceState(qemu: Qemu, path: string): Promise<void> {
	const server = createServer();
	// The socket is beside the file, because the cache deletes what a killed process leaves there. If that path is too
	// long for a socket, the socket is in a temporary directory.
	const beside = `${path}.sock`;
	const dir = beside.length <= SOCKET_PATH_MAX ? null : await mkdtemp(join(tmpdir(), "drydock-"));
	const socket = dir === null ? beside : join(dir, "state.sock");
	try {
		await new Promise<void>((resolve, reject) => server.once("error", reject).listen(socket, resolve));
		await Promise.all([receiveInto(server, path), saveState(qemu, `unix:${socket}`)]);
	} finally {
		server.close();
		if (dir !== null) await rm(dir, { recursive: true, force: true });
	}
}

function receiveInto(server: Server, path: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("connection", (connection) => pipeline(connection, createWriteStream(path)).then(resolve, reject));
	});
}
