import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { GuestFrame } from "../protocol/index.ts";
import { showsKernelFault, showsPanic } from "./console-output.ts";
import { GuestFrameDecoder } from "./guest-frame-decoder.ts";
import type { Qemu } from "./qemu.ts";

/** How long the machine may take to end after its agent's port has closed. */
const END_AFTER_PORT_MS = 2_000;
/** When this many frames wait to be taken, reading from the port pauses. */
const MAX_WAITING_FRAMES = 16;

/**
 * The ways in which a guest can be lost.
 * - `guest-reset`, `guest-shutdown`, `guest-panic`: the machine was restarted or switched off, or its kernel panicked
 * - `guest-fault`: the kernel failed in its own code; programs cannot cause that
 * - `agent-ended`: the agent has ended or failed
 * - `disturbed`: something kept the agent from its work
 * - `silent`: no frame came in time, or drydock itself has ended the machine
 * - `protocol`: the guest sent something that it must not send
 * - `too-large`: nothing was sent to the guest, because the guest would refuse so large a frame
 */
export const LOSSES = [
	"guest-reset",
	"guest-shutdown",
	"guest-panic",
	"guest-fault",
	"agent-ended",
	"disturbed",
	"silent",
	"protocol",
	"too-large",
] as const;
export type Loss = (typeof LOSSES)[number];

/** Thrown when the guest is lost: no further frames can come from it. */
export class LostError extends Error {
	override readonly name = "LostError";

	constructor(
		readonly how: Loss,
		/**
		 * What is known about the cause, such as the last console output of the guest's kernel, what was wrong with a
		 * frame, or for how long no frame came. May be empty.
		 */
		readonly detail: string,
	) {
		super(`the virtual machine was lost: ${how}${detail === "" ? "" : `\n${detail}`}`);
	}
}

/** Receives the frames of a guest's agent, validated and in order, until the guest is lost. */
export class FrameReceiver {
	readonly #frames: GuestFrame[] = [];
	readonly #decoder = new GuestFrameDecoder();
	readonly #port: Duplex;
	#lost: LostError | undefined;
	#notify: () => void = () => {};

	constructor(qemu: Qemu) {
		this.#port = qemu.agent;
		let reason: Loss = "guest-shutdown";
		qemu.qmp.onEvent(({ event, data }) => {
			if (event === "SHUTDOWN" && data["reason"] === "guest-reset") reason = "guest-reset";
			if (event === "VSERPORT_CHANGE" && data["open"] === false) void this.#portClosed(qemu);
		});
		// QEMU ends with exit code 0 after a reboot, a power-off and a panic alike. The kernel option panic=-1 makes a
		// panic reset the machine.
		qemu.ended.then(() => {
			const output = `${qemu.stderrTail()}${qemu.consoleTail()}`;
			this.#lose(showsKernelFault(output) ? "guest-fault" : showsPanic(output) ? "guest-panic" : reason, output);
		});
		qemu.agent.on("data", (chunk: Buffer) => this.#take(chunk));
	}

	/** Removes the limit on the amount of data. For callers that do not keep what they receive. */
	liftLimit(): void {
		this.#decoder.liftLimit();
	}

	/**
	 * Returns the next frame.
	 * @param deadlineMs how long to wait for the frame; Infinity waits forever
	 * @throws {LostError} the guest is lost, and no frame received before is left
	 */
	async next(deadlineMs: number): Promise<GuestFrame> {
		const tooLate = () => this.#lose("silent", `no frame in ${Math.round(deadlineMs / 1000)} s`);
		const timer = deadlineMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(tooLate, deadlineMs);
		try {
			for (;;) {
				const frame = this.#frames.shift();
				if (this.#frames.length === 0) this.#port.resume();
				if (frame !== undefined) return frame;
				if (this.#lost !== undefined) throw this.#lost;
				await new Promise<void>((resolve) => {
					this.#notify = resolve;
				});
			}
		} finally {
			clearTimeout(timer);
		}
	}

	// The port closes when the agent ends, but also when the kernel shuts its devices down. After a shutdown of devices,
	// the machine itself ends immediately, and gives the reason for the loss.
	async #portClosed(qemu: Qemu): Promise<void> {
		await Promise.race([qemu.ended, sleep(END_AFTER_PORT_MS)]);
		this.#lose("agent-ended", qemu.consoleTail());
	}

	#take(chunk: Buffer): void {
		if (this.#lost !== undefined) return;
		try {
			this.#frames.push(...this.#decoder.push(chunk));
			// While reading is paused, the port's buffer fills up, and then the guest waits.
			if (this.#frames.length >= MAX_WAITING_FRAMES) this.#port.pause();
			this.#notify();
		} catch (error) {
			this.#lose("protocol", String((error as Error).message));
		}
	}

	// next() still returns the frames received before. Only the first reason for the loss is kept: later ones are its
	// consequences.
	#lose(how: Loss, detail: string): void {
		this.#lost ??= new LostError(how, detail.trim());
		this.#notify();
	}
}
