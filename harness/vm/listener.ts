import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { GuestFrame } from "../protocol/index.ts";
import { Intake } from "./intake.ts";
import { failedByItself, panicked } from "./last-words.ts";
import type { Qemu } from "./qemu.ts";

/** How long the machine's own end may take after its agent's port has closed. */
const AFTER_PORT_MS = 2_000;
/** How many frames may wait to be taken before no more are read. */
const WAITING_FRAMES = 16;

/** How a guest can be lost. */
export type Loss =
	| "guest-reset"
	| "guest-shutdown"
	| "guest-panic"
	| "guest-fault"
	| "agent-ended"
	| "disturbed"
	| "silent"
	| "protocol"
	| "too-large";

/** Nothing more is to be heard from a guest. */
export class LostError extends Error {
	override readonly name = "LostError";

	constructor(
		readonly how: Loss,
		/** The last that its kernel said, or what was wrong with its frame. */
		readonly detail: string,
	) {
		super(`the virtual machine was lost: ${how}${detail === "" ? "" : `\n${detail}`}`);
	}
}

/** Hears what a guest's agent says: validated frames in their order, until the guest is lost. */
export class Listener {
	readonly #heard: GuestFrame[] = [];
	readonly #intake = new Intake();
	readonly #port: Duplex;
	#lost: LostError | undefined;
	#wake: () => void = () => {};

	constructor(qemu: Qemu) {
		this.#port = qemu.agent;
		let reason: Loss = "guest-shutdown";
		qemu.qmp.onEvent(({ event, data }) => {
			if (event === "SHUTDOWN" && data["reason"] === "guest-reset") reason = "guest-reset";
			if (event === "VSERPORT_CHANGE" && data["open"] === false) void this.#portClosed(qemu);
		});
		// All of reboot, power-off and panic end QEMU with exit code 0. A panic resets the machine: panic=-1.
		qemu.ended.then(() => {
			const said = `${qemu.complaints()}${qemu.consoleTail()}`;
			this.#lose(failedByItself(said) ? "guest-fault" : panicked(said) ? "guest-panic" : reason, said);
		});
		qemu.agent.on("data", (chunk: Buffer) => this.#take(chunk));
	}

	/** From now on any amount may be said: what is heard is not kept. */
	liftLimit(): void {
		this.#intake.liftLimit();
	}

	/**
	 * The next frame.
	 * @param deadlineMs how long to wait for it; Infinity for ever
	 * @throws {LostError}
	 */
	async next(deadlineMs: number): Promise<GuestFrame> {
		const tooLate = () => this.#lose("silent", `no word in ${Math.round(deadlineMs / 1000)} s`);
		const timer = deadlineMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(tooLate, deadlineMs);
		try {
			for (;;) {
				const frame = this.#heard.shift();
				if (this.#heard.length === 0) this.#port.resume();
				if (frame !== undefined) return frame;
				if (this.#lost !== undefined) throw this.#lost;
				await new Promise<void>((resolve) => {
					this.#wake = resolve;
				});
			}
		} finally {
			clearTimeout(timer);
		}
	}

	// The port closes when the agent ends, and also when the kernel shuts its devices down: then the machine's own end
	// follows at once.
	async #portClosed(qemu: Qemu): Promise<void> {
		await Promise.race([qemu.ended, sleep(AFTER_PORT_MS)]);
		this.#lose("agent-ended", qemu.consoleTail());
	}

	#take(chunk: Buffer): void {
		if (this.#lost !== undefined) return;
		try {
			this.#heard.push(...this.#intake.take(chunk));
			// The port then fills up, and the guest waits.
			if (this.#heard.length >= WAITING_FRAMES) this.#port.pause();
			this.#wake();
		} catch (error) {
			this.#lose("protocol", String((error as Error).message));
		}
	}

	// What was heard before is still handed out; the first reason is the true one.
	#lose(how: Loss, detail: string): void {
		this.#lost ??= new LostError(how, detail.trim());
		this.#wake();
	}
}
