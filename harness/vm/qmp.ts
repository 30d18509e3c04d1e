import type { Duplex } from "node:stream";
import * as v from "valibot";
import { LineSplitter } from "../protocol/index.ts";

const Message = v.union([
	v.object({ QMP: v.unknown() }),
	v.object({ return: v.unknown() }),
	v.object({ error: v.object({ class: v.string(), desc: v.string() }) }),
	v.object({ event: v.string(), data: v.optional(v.record(v.string(), v.unknown()), {}) }),
]);

/** A message that QEMU sends without being asked, such as `SHUTDOWN` or `MIGRATION`. */
export interface QmpEvent {
	event: string;
	data: Record<string, unknown>;
}

const LONGEST_LINE_CHARS = 1 << 20;

interface PendingCommand {
	resolve(value: unknown): void;
	reject(error: Error): void;
}

/**
 * QEMU's control channel.
 * @see QEMU's documentation: "QEMU Machine Protocol Specification"
 */
export class Qmp {
	readonly #channel: Duplex;
	readonly #pending: PendingCommand[] = [];
	readonly #listeners = new Set<(event: QmpEvent) => void>();
	readonly #lines = new LineSplitter(LONGEST_LINE_CHARS + 1);
	/** Settles when the channel is closed: QEMU has ended, or it has sent an invalid line. */
	readonly closed: Promise<void>;
	#isClosed = false;

	constructor(channel: Duplex) {
		this.#channel = channel;
		channel.setEncoding("utf8");
		channel.on("data", (chunk: string) => this.#take(chunk));
		this.closed = new Promise((resolve) => channel.once("close", () => resolve()));
		this.closed.then(() => this.#close());
		// qmp_capabilities must be the first command. QEMU reads it after sending its greeting, so there is no need to wait
		// for the greeting.
		this.execute("qmp_capabilities").catch(() => {});
	}

	/**
	 * Sends a command, and returns what QEMU answers.
	 * @throws {Error} QEMU refused it, or has ended
	 */
	execute(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
		return new Promise((resolve, reject) => {
			if (this.#isClosed) {
				reject(new Error("QEMU has ended"));
				return;
			}
			this.#pending.push({ resolve, reject });
			this.#channel.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
		});
	}

	/** Calls `listener` for every event from now on. */
	onEvent(listener: (event: QmpEvent) => void): void {
		this.#listeners.add(listener);
	}

	#take(chunk: string): void {
		const lines = this.#lines.push(chunk);
		try {
			if (this.#lines.restChars > LONGEST_LINE_CHARS) throw new RangeError("the line is too long");
			for (const line of lines.filter((text) => text.trim() !== "")) this.#dispatch(v.parse(Message, JSON.parse(line)));
		} catch {
			// QEMU does not send such lines. Something else may have taken over its process, so the channel is closed.
			this.#channel.destroy();
		}
	}

	// QEMU answers commands in order.
	#dispatch(message: v.InferOutput<typeof Message>): void {
		if ("event" in message) for (const listener of this.#listeners) listener(message);
		else if ("return" in message) this.#pending.shift()?.resolve(message.return);
		else if ("error" in message) this.#pending.shift()?.reject(new Error(`QEMU: ${message.error.desc}`));
	}

	#close(): void {
		this.#isClosed = true;
		for (const { reject } of this.#pending.splice(0)) reject(new Error("QEMU has ended"));
	}
}
