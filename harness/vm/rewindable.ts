import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { encodeFrame, type GuestFrame, type HostFrame, type Stage, type StageFrame } from "../protocol/index.ts";
import { Listener, LostError } from "./listener.ts";
import { deadlineFor, newWork, RestoreError } from "./machine.ts";
import { type Kept, Memory } from "./memory.ts";
import { loadState, type Qemu, startQemu } from "./qemu.ts";
import { StateSocket } from "./state-socket.ts";
import type { Template } from "./template.ts";

/** A stage without the fields that the machine itself adds. */
export type StageRequest = Omit<Stage, "type" | "nonce" | "entropy" | "timeMs">;

/** The frames of a stage that its audience gets. */
export type StageSays = Extract<GuestFrame, { type: "printed" | "left" | "view" }>;

/** The receiver of a stage's frames. */
export interface StageListener {
	/** Settles when there is room for more. */
	onFrame(said: StageSays): Promise<void>;
	/** The machine was lost unexpectedly. It can still be put back. */
	onLost(error: Error): void;
}

/** A moment that a machine can be put back to. */
export interface Checkpoint {
	state: Buffer;
	memory: Kept;
}

type Unaddressed<T> = T extends unknown ? Omit<T, "nonce"> : never;

/** One QEMU process of the machine, from its start until the machine is lost or put back. */
interface Life {
	qemu: Qemu;
	listener: Listener;
	over: boolean;
}

/**
 * A machine with a stage that can be put back to an earlier moment, together with its shells.
 *
 * The machine's memory is a file that only this process shares. So a checkpoint consists of two things: the devices'
 * state, and the pages of that file that differ from the template's. Before a checkpoint is made, the agent is asked to
 * be still, so that no frame is only half sent.
 */
export class Rewindable {
	readonly #template: Template;
	readonly #audience: StageListener;
	/** What all QEMU processes of the machine use; null before the first one and after the end. */
	#ground: { memory: Memory; socket: StateSocket } | null = null;
	readonly #nonce = randomBytes(16).toString("hex");
	/** The callers that wait for a frame from the agent, by the frame's type. */
	readonly #awaited = new Map<GuestFrame["type"], { resolve(): void; reject(error: Error): void }>();
	/** Input that is held back until the agent accepts input again; null while the agent accepts it. */
	#held: Buffer[] | null = null;
	#life: Life | null = null;
	#begun = false;
	#ended = false;

	constructor(template: Template, audience: StageListener) {
		this.#template = template;
		this.#audience = audience;
	}

	/**
	 * Restores a machine, and begins a stage in it.
	 * @throws {RestoreError} the machine was lost before the stage began
	 * @throws {Failure} there is no room for the machine's memory
	 */
	async begin(request: StageRequest): Promise<void> {
		const memory = await Memory.copyOf(this.#template.memory);
		this.#ground = { memory, socket: await StateSocket.open() };
		try {
			await this.#live(this.#template.state);
			const started = this.#word("started");
			this.#write({ type: "stage", ...newWork(), ...request, nonce: this.#nonce });
			await started;
			this.#begun = true;
		} catch (cause) {
			await this.end();
			throw cause instanceof LostError ? new RestoreError(cause.message, true, { cause }) : cause;
		}
	}

	/** Sends input, or a terminal's new size. Settles when there is room for more. */
	async say(frame: Unaddressed<Extract<StageFrame, { type: "input" | "resize" }>>): Promise<void> {
		const bytes = encodeFrame({ ...frame, nonce: this.#nonce });
		if (this.#held !== null) this.#held.push(bytes);
		else await this.#send(bytes);
	}

	/**
	 * Keeps the current moment.
	 * @param atRest called when the audience has received everything that the stage sent before this moment
	 * @throws {LostError}
	 */
	async keep(atRest: () => void): Promise<Checkpoint> {
		const [life, { memory, socket }] = [this.#life, this.#standing()];
		if (life === null) throw new LostError("silent", "there is no machine");
		this.#held = [];
		const still = this.#word("still");
		this.#write({ type: "still", nonce: this.#nonce });
		await still;
		atRest();
		const state = await socket.save(life.qemu);
		const kept = await memory.keep();
		await this.#goOn(life);
		return { state, memory: kept };
	}

	/**
	 * Puts the machine back to a moment that was kept.
	 * @param between called after the last frame from before, and before the first frame from the moment put back to
	 * @throws {RestoreError}
	 */
	async putBack({ state, memory }: Checkpoint, between: () => Promise<void>): Promise<void> {
		this.#held = [];
		await this.#endLife();
		await between();
		try {
			await this.#goOn(await this.#live(state, memory));
		} catch (cause) {
			await this.#endLife();
			throw new RestoreError((cause as Error).message, false, { cause });
		}
	}

	/** Ends the machine, whatever it is doing. Its checkpoints cannot be used any more. */
	async end(): Promise<void> {
		this.#ended = true;
		await this.#endLife();
		const ground = this.#ground;
		this.#ground = null;
		await Promise.all([ground?.memory.close(), ground?.socket.close()]);
	}

	/** The QEMU process; -1 when there is none. */
	get pid(): number {
		return this.#life?.qemu.pid ?? -1;
	}

	#standing(): { memory: Memory; socket: StateSocket } {
		if (this.#ended || this.#ground === null) throw new LostError("silent", "it was ended");
		return this.#ground;
	}

	async #live(state: Buffer, kept?: Kept): Promise<Life> {
		const { accelerator, disk } = this.#template;
		const { memory, socket } = this.#standing();
		const qemu = startQemu({
			...{ accelerator, disk, start: { incoming: true } },
			memory: { path: memory.path, share: true },
			stateSocket: socket.fd,
		});
		const life: Life = { qemu, listener: new Listener(qemu), over: false };
		life.listener.liftLimit();
		this.#life = life;
		// QEMU does not read the memory while it starts, so the memory can be restored meanwhile.
		if (kept !== undefined) await memory.putBack(kept);
		await loadState(qemu, state);
		await qemu.qmp.execute("cont");
		void this.#listen(life);
		return life;
	}

	async #goOn(life: Life): Promise<void> {
		await life.qemu.qmp.execute("cont");
		const { entropy, timeMs } = newWork();
		this.#write({ type: "move", nonce: this.#nonce, entropy, timeMs });
		const held = this.#held ?? [];
		this.#held = null;
		for (const bytes of held) await this.#send(bytes);
	}

	async #listen(life: Life): Promise<void> {
		try {
			for (;;) {
				const said = await life.listener.next(Number.POSITIVE_INFINITY);
				if (life.over) return;
				if (said.type === "ready" || said.nonce !== this.#nonce)
					throw new LostError("protocol", "a frame of another run");
				if (said.type === "failed") throw new LostError("agent-ended", said.message);
				if (said.type === "printed" || said.type === "left" || said.type === "view") await this.#audience.onFrame(said);
				this.#awaited.get(said.type)?.resolve();
			}
		} catch (error) {
			if (!life.over) await this.#lose(error as Error);
		}
	}

	// Waits for a frame of the agent. The promise is rejected when the machine ends, or when the agent is silent for too
	// long.
	#word(type: GuestFrame["type"]): Promise<void> {
		return new Promise((resolve, reject) => {
			const silent = () => void this.#lose(new LostError("silent", `no word "${type}"`));
			const timer = setTimeout(silent, deadlineFor(this.#template));
			const done = () => {
				clearTimeout(timer);
				this.#awaited.delete(type);
			};
			this.#awaited.set(type, {
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
		this.#life?.qemu.agent.write(encodeFrame(frame));
	}

	// Input for a machine that has ended is dropped: #listen() reports the end.
	async #send(bytes: Buffer): Promise<void> {
		const agent = this.#life?.qemu.agent;
		if (agent?.writable && !agent.write(bytes)) await once(agent, "drain").catch(() => {});
	}

	async #lose(error: Error): Promise<void> {
		await this.#endLife(error);
		if (this.#begun) this.#audience.onLost(error);
	}

	async #endLife(why: Error = new LostError("silent", "it was ended")): Promise<void> {
		const life = this.#life;
		if (life === null) return;
		life.over = true;
		this.#life = null;
		for (const { reject } of [...this.#awaited.values()]) reject(why);
		await life.qemu.kill();
	}
}
