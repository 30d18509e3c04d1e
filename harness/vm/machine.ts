import { randomBytes } from "node:crypto";
import * as v from "valibot";
import {
	encodeFrame,
	FrameDecoder,
	GuestFrame,
	type HostFrame,
	LIMITS,
	type Observation,
	ProtocolError,
	type Run,
} from "../protocol.ts";
import { loadState, type Qemu, startQemu } from "./qemu.ts";
import type { Template } from "./template.ts";

/** A run without what the machine itself adds. */
export type RunRequest = Omit<Run, "type" | "nonce" | "entropy" | "timeMs" | "deadlineMs">;

/** How a run ended, as far as the machine can tell. */
export type Outcome =
	| { kind: "observed"; observation: Observation }
	/** The guest ended, its agent ended, it did not answer in time, or it broke the protocol. */
	| Lost;

/** The guest ended, its agent ended, it did not answer in time, or it broke the protocol. */
export type Lost = {
	kind: "lost";
	how: "guest-reset" | "guest-shutdown" | "guest-panic" | "agent-ended" | "silent" | "protocol";
	detail: string;
};

/** The machine did not come back to life: its template is damaged. */
export class RestoreError extends Error {
	override readonly name = "RestoreError";
}

/** What the exercise printed, as far as it was kept. */
export interface Output {
	stdout: Buffer[];
	stderr: Buffer[];
}

/**
 * A fresh virtual machine, restored from a template, for one run.
 *
 * Nothing that its guest does reaches further than this process's memory and time: every frame is validated, sizes
 * are bounded, a deadline ends it, and so does the end of this process.
 */
export class Machine {
	readonly #qemu: Qemu;
	readonly #template: Template;
	readonly #loaded: Promise<void>;

	private constructor(template: Template, qemu: Qemu) {
		this.#template = template;
		this.#qemu = qemu;
		this.#loaded = loadState(qemu, template.state);
	}

	/** Starts to restore a machine. */
	static restore(template: Template): Machine {
		const { accelerator, memory, disk } = template;
		const qemu = startQemu({ accelerator, memory: { path: memory, share: false }, disk, start: { incoming: true } });
		const machine = new Machine(template, qemu);
		// Whoever uses the machine hears of it; one that nobody uses must not end the process.
		machine.#loaded.catch(() => {});
		return machine;
	}

	/**
	 * Restores a machine, has it answer once, and pauses it: what its next answer needs is then translated (in
	 * emulation that is most of the time) and in memory.
	 */
	static async spare(template: Template): Promise<Machine> {
		const machine = Machine.restore(template);
		try {
			await machine.ping();
			await machine.#qemu.qmp.execute("stop");
			return machine;
		} catch (error) {
			await machine.end();
			throw error;
		}
	}

	/** The QEMU process. */
	get pid(): number {
		return this.#qemu.pid;
	}

	/** Settles when the state is in place. @throws {Error} it could not be restored: the template is damaged */
	async loaded(): Promise<void> {
		await this.#loaded;
	}

	/** Asks the agent for an answer. @returns milliseconds until it came */
	async ping(): Promise<number> {
		const startedMs = performance.now();
		const nonce = newNonce();
		await this.#converse({ type: "ping", nonce }, nonce, this.deadlineMs, () => {});
		return performance.now() - startedMs;
	}

	/** What an exercise may take on this computer, from how long the guest takes to boot. */
	get deadlineMs(): number {
		return Math.round(1_500 + this.#template.bootMs * 0.4);
	}

	/**
	 * Plays one scenario and ends the machine.
	 * @throws {Error} the machine could not be restored
	 */
	async play(request: RunRequest): Promise<{ outcome: Outcome; output: Output }> {
		const nonce = newNonce();
		const { deadlineMs } = this;
		const output: Output = { stdout: [], stderr: [] };
		const entropy = randomBytes(48).toString("base64");
		const run: Run = { type: "run", nonce, entropy, timeMs: Date.now(), deadlineMs, ...request };
		try {
			// The agent keeps the deadline itself, and says more about it than silence can; so it gets some more time.
			const outcome = await this.#converse(run, nonce, deadlineMs + this.#template.bootMs, (stream, data) =>
				output[stream].push(data),
			);
			if (outcome.kind === "answered") throw new ProtocolError("an answer to no question");
			return { outcome, output };
		} finally {
			await this.end();
		}
	}

	/** Ends the machine, whatever it is doing. */
	async end(): Promise<void> {
		await this.#qemu.kill();
	}

	async #converse(
		frame: HostFrame,
		nonce: string,
		deadlineMs: number,
		onOutput: (stream: "stdout" | "stderr", data: Buffer) => void,
	): Promise<Outcome | { kind: "answered" }> {
		const qemu = this.#qemu;
		const decoder = new FrameDecoder(LIMITS.frameBytes);
		let receivedBytes = 0;
		let timer: NodeJS.Timeout | undefined;
		const answered = new Promise<Outcome | { kind: "answered" }>((resolve, reject) => {
			let heardOf = false;
			const lost = (how: Lost["how"], detail = qemu.consoleTail().trim()) => {
				if (heardOf) resolve({ kind: "lost", how, detail });
				else
					reject(
						new RestoreError(`the restored machine was lost at once: ${how}
${detail}`),
					);
			};
			let reason: "guest-reset" | "guest-shutdown" = "guest-shutdown";
			qemu.qmp.onEvent(({ event, data }) => {
				if (event === "SHUTDOWN" && data["reason"] === "guest-reset") reason = "guest-reset";
				if (event === "VSERPORT_CHANGE" && data["open"] === false) lost("agent-ended");
			});
			// All of reboot, power-off and panic end QEMU with exit code 0. A panic resets the machine: panic=-1.
			qemu.ended.then(() => lost(qemu.consoleTail().includes("Kernel panic") ? "guest-panic" : reason));
			timer = setTimeout(() => lost("silent"), deadlineMs);
			qemu.agent.on("data", (chunk: Buffer) => {
				try {
					receivedBytes += chunk.length;
					if (receivedBytes > LIMITS.runBytes) throw new ProtocolError("too much was said in one run");
					for (const said of decoder.push(chunk)) {
						const heard = validate(said, nonce);
						heardOf = true;
						if (heard.type === "output") onOutput(heard.stream, Buffer.from(heard.data, "base64"));
						else if (heard.type === "report") resolve({ kind: "observed", observation: heard.observation });
						else if (heard.type === "failed") reject(new Error(`the agent failed: ${heard.message}`));
						else if (heard.type === "pong") resolve({ kind: "answered" });
					}
				} catch (error) {
					lost("protocol", String((error as Error).message));
				}
			});
		});
		try {
			await this.#loaded.catch((cause: Error) => {
				throw new RestoreError(`${cause.message}\n${qemu.complaints()}`.trim(), { cause });
			});
			void qemu.qmp.execute("cont").catch(() => {});
			qemu.agent.write(encodeFrame(frame));
			return await answered;
		} finally {
			clearTimeout(timer);
		}
	}
}

const newNonce = () => randomBytes(16).toString("hex");

function validate(said: unknown, nonce: string): Exclude<GuestFrame, { type: "ready" }> {
	const parsed = v.safeParse(GuestFrame, said);
	if (!parsed.success)
		throw new ProtocolError(parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; "));
	if (parsed.output.type === "ready") throw new ProtocolError("an agent started in the middle of a run");
	if (parsed.output.nonce !== nonce) throw new ProtocolError("a frame with another run's nonce");
	return parsed.output;
}
