import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Failure } from "../base/failure.ts";
import { encodeFrame, type GuestFrame, type HostFrame, type Stage, type StageFrame } from "../protocol/index.ts";
import { deadlineFor } from "./deadlines.ts";
import { FrameReceiver, LostError } from "./frame-receiver.ts";
import { GuestMemory, type KeptMemory } from "./guest-memory.ts";
import { newWorkFields } from "./machine.ts";
import { loadState, type Qemu, startQemu } from "./qemu.ts";
import { RestoreError } from "./restore-error.ts";
import { StateSocket } from "./state-socket.ts";
import type { Template } from "./template.ts";

/** A stage without the fields that the machine itself adds. */
export type StageRequest = Omit<Stage, "type" | "nonce" | "entropy" | "timeMs">;

/** The frames of a stage that its listener gets. */
export type StageOutput = Extract<GuestFrame, { type: "printed" | "shellEnded" | "view" }>;

/** The receiver of a stage's frames. */
export interface StageListener {
	/** Settles when there is room for more. */
	onFrame(frame: StageOutput): Promise<void>;
	/** The machine was lost unexpectedly. It can still be put back. */
	onLost(error: Error): void;
}

/** A moment that a machine can be put back to. */
export interface Checkpoint {
	/** The devices' state. */
	state: Buffer;
	/** The pages that differ from the template's. */
	memory: KeptMemory;
}

type WithoutNonce<T> = T extends unknown ? Omit<T, "nonce"> : never;

/** One QEMU process of the machine, from its start until the machine is lost, put back or ended. */
interface RunningQemu {
	qemu: Qemu;
	receiver: FrameReceiver;
	/** Whether the machine was lost, put back or ended since. What the process still sends is then ignored. */
	over: boolean;
}

/**
 * A machine that plays a stage, and can be put back to an earlier moment, together with the stage's shells.
 *
 * The machine's memory is a file of its own, which this process can read and write. So a checkpoint consists of two
 * things: the devices' state, and the pages of that file that differ from the template's. Before a checkpoint is made,
 * the agent is asked to send nothing, so that no frame is only half sent.
 */
export class RewindableMachine {
	readonly #template: Template;
	readonly #listener: StageListener;
	/** What all QEMU processes of the machine use; null before the first one and after the end. */
	#memory: GuestMemory | null = null;
	#socket: StateSocket | null = null;
	readonly #nonce = randomBytes(16).toString("hex");
	/** The callers that wait for a frame from the agent, by the frame's type. */
	readonly #awaitedFrames = new Map<GuestFrame["type"], { resolve(): void; reject(error: Error): void }>();
	/** Input that is held back until the agent accepts input again; null while the agent accepts it. */
	#heldInput: Buffer[] | null = null;
	#running: RunningQemu | null = null;
	#begun = false;
	#ended = false;

	constructor(template: Template, listener: StageListener) {
		this.#template = template;
		this.#listener = listener;
	}

	/**
	 * Restores a machine, and begins a stage in it.
	 * @throws {RestoreError} the machine could not be restored, or was lost before the stage began
	 * @throws {Failure} there is no room for the machine's memory
	 */
	async begin(request: StageRequest): Promise<void> {
		try {
			this.#memory = await GuestMemory.copyOf(this.#template.memory);
			this.#socket = await StateSocket.open();
			await this.#start(this.#template.state);
			const started = this.#untilFrame("started");
			this.#write({ type: "stage", ...newWorkFields(), ...request, nonce: this.#nonce });
			await started;
			this.#begun = true;
		} catch (cause) {
			await this.end();
			throw isOfComputer(cause as Error) ? cause : new RestoreError((cause as Error).message, true, { cause });
		}
	}

	/** Sends input, or a terminal's new size. Settles when there is room for more. */
	async sendInput(frame: WithoutNonce<Extract<StageFrame, { type: "input" | "resize" }>>): Promise<void> {
		const bytes = encodeFrame({ ...frame, nonce: this.#nonce });
		if (this.#heldInput !== null) this.#heldInput.push(bytes);
		else await this.#send(bytes);
	}

	/**
	 * Keeps the current moment.
	 * @param onPaused called when the listener has received everything that the stage sent before this moment
	 * @throws {LostError} the machine was lost, or there is none
	 */
	async keep(onPaused: () => void): Promise<Checkpoint> {
		const [running, { memory, socket }] = [this.#running, this.#openResources()];
		if (running === null) throw new LostError("silent", "there is no machine");
		this.#heldInput = [];
		const paused = this.#untilFrame("sendingPaused");
		this.#write({ type: "pauseSending", nonce: this.#nonce });
		await paused;
		onPaused();
		const state = await socket.save(running.qemu);
		const kept = await memory.keep();
		await this.#resume(running);
		return { state, memory: kept };
	}

	/**
	 * Puts the machine back to a moment that was kept.
	 * @param between called after the last frame of the old process, and before the first frame of the restored one
	 * @throws {RestoreError} no machine could be restored to that moment
	 */
	async putBack({ state, memory }: Checkpoint, between: () => Promise<void>): Promise<void> {
		this.#heldInput = [];
		await this.#endRunning();
		await between();
		try {
			await this.#resume(await this.#start(state, memory));
		} catch (cause) {
			await this.#endRunning();
			throw new RestoreError((cause as Error).message, false, { cause });
		}
	}

	/** Ends the machine, whatever it is doing. Its checkpoints cannot be used any more. */
	async end(): Promise<void> {
		this.#ended = true;
		await this.#endRunning();
		const [memory, socket] = [this.#memory, this.#socket];
		this.#memory = null;
		this.#socket = null;
		await Promise.all([memory?.close(), socket?.close()]);
	}

	/** The pid of the QEMU process; -1 when there is none. */
	get pid(): number {
		return this.#running?.qemu.pid ?? -1;
	}

	#openResources(): { memory: GuestMemory; socket: StateSocket } {
		const [memory, socket] = [this.#memory, this.#socket];
		if (this.#ended || memory === null || socket === null) throw new LostError("silent", "the machine was ended");
		return { memory, socket };
	}

	async #start(state: Buffer, kept?: KeptMemory): Promise<RunningQemu> {
		const { accelerator, disk } = this.#template;
		const { memory, socket } = this.#openResources();
		const qemu = startQemu({
			...{ accelerator, disk, start: { incoming: true } },
			memory: { path: memory.path, share: true },
			stateSocket: socket.fd,
		});
		const running: RunningQemu = { qemu, receiver: new FrameReceiver(qemu), over: false };
		running.receiver.liftLimit();
		this.#running = running;
		// QEMU does not read the memory while it starts, so the memory can be restored meanwhile.
		if (kept !== undefined) await memory.putBack(kept);
		// When QEMU has ended, loadState() throws.
		const tooLate = setTimeout(() => void qemu.kill(), deadlineFor(this.#template));
		try {
			await loadState(qemu, state);
			await qemu.qmp.execute("cont");
		} finally {
			clearTimeout(tooLate);
		}
		void this.#receiveAll(running);
		return running;
	}

	async #resume(running: RunningQemu): Promise<void> {
		await running.qemu.qmp.execute("cont");
		const { entropy, timeMs } = newWorkFields();
		this.#write({ type: "resumeSending", nonce: this.#nonce, entropy, timeMs });
		const heldInput = this.#heldInput ?? [];
		this.#heldInput = null;
		for (const bytes of heldInput) await this.#send(bytes);
	}

	async #receiveAll(running: RunningQemu): Promise<void> {
		try {
			for (;;) {
				const frame = await running.receiver.next(Number.POSITIVE_INFINITY);
				if (running.over) return;
				if (frame.type === "ready" || frame.nonce !== this.#nonce)
					throw new LostError("protocol", "a frame with another nonce");
				if (frame.type === "failed") throw new LostError("agent-ended", frame.message);
				if (frame.type === "printed" || frame.type === "shellEnded" || frame.type === "view")
					await this.#listener.onFrame(frame);
				this.#awaitedFrames.get(frame.type)?.resolve();
			}
		} catch (error) {
			if (!running.over) await this.#lose(error as Error);
		}
	}

	// Waits for a frame of the agent. The promise is rejected when the machine ends, or when the agent is silent for too
	// long.
	#untilFrame(type: GuestFrame["type"]): Promise<void> {
		return new Promise((resolve, reject) => {
			const onSilence = () => void this.#lose(new LostError("silent", `no frame "${type}"`));
			const timer = setTimeout(onSilence, deadlineFor(this.#template));
			const done = () => {
				clearTimeout(timer);
				this.#awaitedFrames.delete(type);
			};
			this.#awaitedFrames.set(type, {
				resolve: () => {
					done();
					resolve();
				},
				reject: (error) => {
					done();
					reject(error);
				},
			});
		});
	}

	#write(frame: HostFrame): void {
		this.#running?.qemu.agent.write(encodeFrame(frame));
	}

	// Input for a machine that has ended is dropped: #receiveAll() reports the end.
	async #send(bytes: Buffer): Promise<void> {
		const agent = this.#running?.qemu.agent;
		if (agent?.writable && !agent.write(bytes)) await once(agent, "drain").catch(() => {});
	}

	async #lose(error: Error): Promise<void> {
		await this.#endRunning(error);
		if (this.#begun) this.#listener.onLost(error);
	}

	async #endRunning(why: Error = new LostError("silent", "the machine was ended")): Promise<void> {
		const running = this.#running;
		if (running === null) return;
		running.over = true;
		this.#running = null;
		for (const { reject } of [...this.#awaitedFrames.values()]) reject(why);
		await running.qemu.kill();
	}
}

/**
 * Whether this computer refused something that a machine needs, such as room on the disk, so that the snapshot is not at
 * fault. A missing file is the snapshot's: another process has just removed it.
 */
const isOfComputer = (error: NodeJS.ErrnoException) =>
	error instanceof Failure || (error.code !== undefined && error.code !== "ENOENT");
