import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { encodeFrame, type GuestFrame, type HostFrame, type Stage, type StageFrame } from "../protocol/index.ts";
import { Listener, LostError } from "./listener.ts";
import { deadlineFor, newWork, RestoreError } from "./machine.ts";
import { type Kept, Memory } from "./memory.ts";
import { loadState, type Qemu, startQemu } from "./qemu.ts";
import { StateSocket } from "./state-socket.ts";
import type { Template } from "./template.ts";

/** A stage without what the machine itself adds. */
export type StageRequest = Omit<Stage, "type" | "nonce" | "entropy" | "timeMs">;

/** What a stage says. */
export type StageSays = Extract<GuestFrame, { type: "printed" | "left" | "view" }>;

/** Who listens to a stage. */
export interface Audience {
	/** Settles when there is room for more. */
	hear(said: StageSays): Promise<void>;
	/** The machine is lost, and nobody has asked for that; it can be put back. */
	lost(error: Error): void;
}

/** A moment of a machine that it can be put back to. */
export interface Checkpoint {
	state: Buffer;
	memory: Kept;
}

type Unaddressed<T> = T extends unknown ? Omit<T, "nonce"> : never;

/** Everything on a machine's way from one loss, or one going back, to the next. */
interface Life {
	qemu: Qemu;
	listener: Listener;
	over: boolean;
}

/**
 * A machine with a stage that can be put back to where it was, its shells included.
 *
 * Its memory is a file that it shares with nobody but this process, so keeping a moment takes two things: the devices'
 * state, and the pages of that file which are no longer the template's. The agent is asked to be still first, so that
 * nothing is half said when the moment is kept.
 */
export class Rewindable {
	readonly #template: Template;
	readonly #audience: Audience;
	/** What outlives a QEMU; null before the first. */
	#ground: { memory: Memory; socket: StateSocket } | null = null;
	readonly #nonce = randomBytes(16).toString("hex");
	/** What waits for a word of the agent's. */
	readonly #awaited = new Map<GuestFrame["type"], { resolve(): void; reject(error: Error): void }>();
	/** What is to be said when the agent may be spoken to again; null while it may. */
	#held: Buffer[] | null = null;
	#life: Life | null = null;
	#begun = false;
	#ended = false;

	constructor(template: Template, audience: Audience) {
		this.#template = template;
		this.#audience = audience;
	}

	/**
	 * Restores a machine and begins a stage in it.
	 * @throws {RestoreError} it was lost before; {Failure} there is no room for its memory
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

	/** Types something, or says how large a terminal is. Settles when there is room for more. */
	async say(frame: Unaddressed<Extract<StageFrame, { type: "input" | "resize" }>>): Promise<void> {
		const bytes = encodeFrame({ ...frame, nonce: this.#nonce });
		if (this.#held !== null) this.#held.push(bytes);
		else await this.#send(bytes);
	}

	/**
	 * Keeps this moment.
	 * @param atRest called when all that was said before has been heard
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
	 * Puts it back to a moment that was kept.
	 * @param between called when nothing more is heard of what it was, and nothing yet of what it will be
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

	/** Ends the machine, whatever it is doing. What was kept of it is of no use any more. */
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
		// While QEMU starts it does not look at its memory.
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
				if (said.type === "printed" || said.type === "left" || said.type === "view") await this.#audience.hear(said);
				this.#awaited.get(said.type)?.resolve();
			}
		} catch (error) {
			if (!life.over) await this.#lose(error as Error);
		}
	}

	// A word of the agent's. Who waits for it hears of the machine's end, and of a silence that is too long.
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

	// A machine that has ended takes nothing; whoever listens hears of it.
	async #send(bytes: Buffer): Promise<void> {
		const agent = this.#life?.qemu.agent;
		if (agent?.writable && !agent.write(bytes)) await once(agent, "drain").catch(() => {});
	}

	async #lose(error: Error): Promise<void> {
		await this.#endLife(error);
		if (this.#begun) this.#audience.lost(error);
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
