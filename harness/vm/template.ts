import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { cached, discard, keepNewest, keyOf } from "../cache.ts";
import { Failure } from "../failure.ts";
import { interruption, unlessInterrupted } from "../interrupt.ts";
import type { Progress } from "../progress.ts";
import { encodeFrame, FrameDecoder, GuestFrame, type HostFrame, LIMITS } from "../protocol.ts";
import { type Accelerator, candidates, rememberFailure } from "./accelerator.ts";
import type { Image } from "./image.ts";
import { GUEST_MEMORY_MB, type Qemu, type QemuOptions, qemuIdentity, saveState, startQemu } from "./qemu.ts";

/**
 * A snapshot: the memory and the device state of a machine that has booted, with its agent warm and its runners
 * parked. Machines are restored from it copy-on-write, so it is never changed once it is published.
 */
export interface Template {
	dir: string;
	accelerator: Accelerator;
	/** The guest's memory; mapped privately by each restored machine. */
	memory: string;
	/** The devices' state, some hundred kilobytes. */
	state: Buffer;
	/** The guest's /usr, which restored machines read on. */
	disk: string;
	/** From QEMU's start to the agent's first word, on this computer: the measure for all deadlines. */
	bootMs: number;
}

const BOOT_DEADLINE_MS: Record<Accelerator, number> = { kvm: 20_000, hvf: 20_000, tcg: 240_000 };
// Enough for V8 to compile the way from a frame to its answer.
const SETTLE_PINGS = 400;
const SETTLE_MS: Record<Accelerator, number> = { kvm: 500, hvf: 500, tcg: 2_500 };
const Meta = v.object({ accelerator: v.picklist(["kvm", "hvf", "tcg"]), bootMs: v.number() });

/**
 * Gives the template of `image`, booting and saving one if it is not in the cache. An accelerator counts as usable
 * when a machine has really booted with it; one that has not is remembered and not tried again.
 * @throws {Failure} unsupported: QEMU is missing; failed: not even emulation boots
 */
export async function ensureTemplate(image: Image, progress: Progress): Promise<Template> {
	const failures = new Map<Accelerator, string>();
	for (const accelerator of await candidates()) {
		try {
			const template = await load(await entryOf(image, accelerator, progress), image);
			// Only now it is certain that the accelerator was to blame, not the image.
			for (const [failed, why] of failures) await rememberFailure(failed, why);
			return template;
		} catch (error) {
			if (accelerator === "tcg" || interruption.aborted) throw error;
			failures.set(accelerator, String((error as Error).message));
		}
	}
	throw new Failure("failed", "no accelerator is left to try");
}

/** Removes a template that cannot be restored, so that the next {@link ensureTemplate} makes it anew. */
export async function dropTemplate(template: Template): Promise<void> {
	await discard(template.dir);
}

async function entryOf(image: Image, accelerator: Accelerator, progress: Progress): Promise<string> {
	const key = keyOf("template 1", image.key, await qemuIdentity(), accelerator, GUEST_MEMORY_MB);
	let made = false;
	const dir = await cached("templates", key, async (staging) => {
		await progress.step(`snapshot of a booted virtual machine (${accelerator})`, (say) =>
			make(staging, image, accelerator, say),
		);
		made = true;
	});
	if (made) await keepNewest("templates", 2);
	return dir;
}

async function load(dir: string, image: Image): Promise<Template> {
	try {
		const meta = v.parse(Meta, JSON.parse(await readFile(join(dir, "meta.json"), "utf8")));
		return {
			dir,
			...meta,
			memory: join(dir, "memory"),
			state: await readFile(join(dir, "state")),
			disk: image.base.usr,
		};
	} catch (cause) {
		await discard(dir);
		throw new Failure("failed", "the snapshot could not be read and was removed", "repeat the command", { cause });
	}
}

async function make(
	staging: string,
	image: Image,
	accelerator: Accelerator,
	say: (detail: string) => void,
): Promise<void> {
	const memory = join(staging, "memory");
	const startedMs = performance.now();
	const qemu = startQemu({
		accelerator,
		memory: { path: memory, share: true },
		disk: image.base.usr,
		start: { kernel: image.base.kernel, initrd: image.initrd },
	});
	try {
		say("booting");
		await unlessInterrupted(untilReady(qemu, BOOT_DEADLINE_MS[accelerator]));
		const bootMs = Math.round(performance.now() - startedMs);
		// A snapshot of a busy machine would go on being busy in every copy: the agent shall be waiting for its next frame.
		say("settling");
		for (let i = 0; i < SETTLE_PINGS; i++)
			qemu.agent.write(encodeFrame({ type: "ping", nonce: "" } satisfies HostFrame));
		await unlessInterrupted(sleep(SETTLE_MS[accelerator]));
		say("saving");
		await unlessInterrupted(save(qemu, join(staging, "state")));
		await writeFile(
			join(staging, "meta.json"),
			JSON.stringify({ accelerator, bootMs } satisfies v.InferOutput<typeof Meta>),
		);
	} finally {
		await qemu.kill();
	}
}

/** Boots `options` and waits until its agent speaks; for the bench. @returns milliseconds */
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

async function untilReady(qemu: Qemu, deadlineMs: number): Promise<void> {
	const decoder = new FrameDecoder(LIMITS.frameBytes);
	let timer: NodeJS.Timeout | undefined;
	const failed = (why: string) =>
		new Failure("failed", `the virtual machine did not boot: ${why}\n${qemu.complaints()}${qemu.consoleTail()}`.trim());
	try {
		await new Promise<void>((resolve, reject) => {
			timer = setTimeout(() => reject(failed(`no answer within ${deadlineMs / 1000} s`)), deadlineMs);
			qemu.ended.then(() => reject(failed("it ended")));
			qemu.qmp.onEvent(({ event, data }) => {
				if (event === "VSERPORT_CHANGE" && data["open"] === false) reject(failed("its agent ended"));
			});
			qemu.agent.on("data", (chunk: Buffer) => {
				try {
					for (const frame of decoder.push(chunk)) if (v.parse(GuestFrame, frame).type === "ready") resolve();
				} catch (error) {
					reject(error);
				}
			});
		});
	} finally {
		clearTimeout(timer);
	}
}

// Only the devices' state goes through the socket. QEMU stops the machine as it finishes, and it never runs on: what
// the memory's file holds is what the state belongs to.
async function save(qemu: Qemu, path: string): Promise<void> {
	const dir = await mkdtemp(join(tmpdir(), "drydock-"));
	const socket = join(dir, "state.sock");
	const server = createServer();
	try {
		await new Promise<void>((resolve) => server.listen(socket, resolve));
		await Promise.all([receive(server, path), saveState(qemu, `unix:${socket}`)]);
	} finally {
		server.close();
		await rm(dir, { recursive: true, force: true });
	}
}

function receive(server: Server, path: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("connection", (connection) => pipeline(connection, createWriteStream(path)).then(resolve, reject));
	});
}
