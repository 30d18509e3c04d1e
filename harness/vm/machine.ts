import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
	encodeFrame,
	type GuestFrame,
	type HostFrame,
	LIMITS,
	type Observation,
	type Run,
	type Session,
	type Waits,
	type WindowSize,
} from "../protocol/index.ts";
import { processorShare, processorTime } from "./computer/processor-share.ts";
import { showsKernelFault } from "./console-output.ts";
import { deadlineFor, processorBudget } from "./deadlines.ts";
import { FrameReceiver, type Loss, LostError } from "./frame-receiver.ts";
import { ProcessorLimit } from "./processor-limit.ts";
import { loadState, type Qemu, startQemu } from "./qemu.ts";
import { RestoreError } from "./restore-error.ts";
import type { Template } from "./template.ts";

/**
 * A run without the fields that the machine itself adds.
 * - `deadlineMs`: replaces {@link Machine.deadlineMs}; the run, and each of its stages, may then use that much
 *   processor time
 * - `patienceMs`: the longest that such a run should take, and the most processor time that it should use; lowers the
 *   machine's own deadline and the run's budget, never raises them
 */
export type RunRequest = Omit<Run, "type" | "nonce" | "entropy" | "timeMs" | "deadlineMs"> & {
	deadlineMs?: number;
	patienceMs?: number;
};

/** A session without the fields that the machine itself adds. */
export type SessionRequest = Omit<Session, "type" | "nonce" | "entropy" | "timeMs">;

/** The side that exchanges input and output with a session's program. */
export interface Client {
	/** The machine has begun the session, and accepts input from now on. */
	started(connection: {
		/** Without a terminal, an empty buffer ends the input. Settles when there is room for more. */
		input(data: Buffer): Promise<void>;
		resize(window: WindowSize): Promise<void>;
	}): void;
	/** Gets what the program wrote. Settles when there is room for more. */
	output(stream: "stdout" | "stderr", data: Buffer): Promise<void>;
}

/** How a session's program ended: with an exit code (`signal` is null), or by a signal (`code` is null). */
export type SessionEnd = { code: number | null; signal: string | null };

/** How a run ended, as far as it shows outside the guest. */
export type Outcome = { kind: "observed"; observation: Observation } | { kind: "lost"; how: Loss; detail: string };

/** The part of the exercise's output that was kept. */
export interface Output {
	stdout: Buffer[];
	stderr: Buffer[];
}

/** Gets what the agent reports about a run before the run ends. */
interface RunListener {
	output: Output;
	onWaits(waits: Waits): void;
	onStageEnd(): void;
}

/** The result of a run. */
export interface PlayedRun {
	outcome: Outcome;
	output: Output;
	/** The share that the machine got of the processor time that it asked for; 1 is all. See {@link processorShare}. */
	processorShare: number;
}

/**
 * A fresh virtual machine, restored from a template, for one run or one session.
 *
 * The guest can affect nothing on this computer beyond this process's memory and time: every frame is validated, sizes
 * are limited, and QEMU is killed at a run's deadline, or when this process ends. A session that has begun has no
 * deadline.
 */
export class Machine {
	readonly #qemu: Qemu;
	readonly #template: Template;
	readonly #loaded: Promise<void>;
	readonly #receiver: FrameReceiver;
	#hasAnswered = false;

	private constructor(template: Template, qemu: Qemu) {
		this.#template = template;
		this.#qemu = qemu;
		this.#receiver = new FrameReceiver(qemu);
		this.#loaded = loadState(qemu, template.state);
	}

	/**
	 * Starts to restore a machine.
	 * @throws {RestoreError} another process has just removed the template's files
	 */
	static restore(template: Template): Machine {
		const machine = new Machine(template, startFromTemplate(template));
		// Each use of the machine awaits #loaded and reports its error. An unused machine's error must not end the process.
		machine.#loaded.catch(() => {});
		return machine;
	}

	/**
	 * Makes the machine answer once, then pauses it until the next frame is sent to it. After that answer, the memory
	 * that an answer needs is loaded and, in emulation, the code is translated.
	 * @param first "practice" makes the agent play a run of its own first, which prepares most of what a run needs
	 */
	async warmUpAndPause(first: "ping" | "practice" = "ping"): Promise<void> {
		await this.#ping(first);
		await this.#qemu.qmp.execute("stop");
	}

	/** The pid of the QEMU process. */
	get pid(): number {
		return this.#qemu.pid;
	}

	/** Asks the agent for an answer. @returns how long the answer took, in milliseconds */
	ping(): Promise<number> {
		return this.#ping("ping");
	}

	/** How long a run may take, if its request gives no deadline. */
	get deadlineMs(): number {
		return deadlineFor(this.#template);
	}

	/**
	 * Plays one scenario and ends the machine.
	 * @param onWaits gets what the run's processes wait for, every few seconds, if the run takes long
	 * @throws {RestoreError} the machine could not be restored, or was lost before its first answer
	 * @throws {Error} the agent failed
	 */
	async play(request: RunRequest, onWaits: (waits: Waits) => void = () => {}): Promise<PlayedRun> {
		const { patienceMs = Number.POSITIVE_INFINITY, ...asked } = request;
		const { deadlineMs = Math.round(Math.min(this.deadlineMs, patienceMs)) } = asked;
		const run: Run = { type: "run", ...newWorkFields(), ...asked, deadlineMs };
		const output: Output = { stdout: [], stderr: [] };
		let limit: ProcessorLimit | undefined;
		try {
			// The agent enforces the deadline itself, and its report says more about the run than the guest's silence would.
			// So this process waits a while longer.
			const silenceMs = deadlineMs + Math.min(this.#template.bootMs, patienceMs);
			const before = await processorTime(this.pid);
			const { runMs, stageMs } =
				asked.deadlineMs === undefined
					? processorBudget(this.#template)
					: { runMs: asked.deadlineMs, stageMs: asked.deadlineMs };
			const budget = { runMs: Math.min(runMs, patienceMs), stageMs };
			const giveUp = () => void this.#send({ type: "giveUp", nonce: run.nonce });
			const counted = new ProcessorLimit(this.pid, budget, giveUp);
			limit = counted;
			const listener = { output, onWaits, onStageEnd: () => counted.endStage() };
			const outcome = await this.#outcome(run, this.#exchange(run, silenceMs), listener);
			return { outcome, output, processorShare: processorShare(before, await processorTime(this.pid)) };
		} finally {
			limit?.stop();
			await this.end();
		}
	}

	/**
	 * Runs a program that the client talks to, and ends the machine when the program has ended.
	 * @throws {RestoreError} the machine was lost before its first answer
	 * @throws {LostError} the machine was lost before the program ended
	 * @throws {Error} the agent failed
	 */
	async runSession(request: SessionRequest, client: Client): Promise<SessionEnd> {
		const session: Session = { type: "session", ...newWorkFields(), ...request };
		const { nonce } = session;
		this.#receiver.liftLimit();
		let started = false;
		try {
			for await (const frame of this.#exchange(session, this.deadlineMs)) {
				if (frame.type === "started" && !started)
					client.started({
						input: (data) => this.#send({ type: "input", nonce, data: data.toString("base64") }),
						resize: (window) => this.#send({ type: "resize", nonce, window }),
					});
				started = true;
				if (frame.type === "output") await client.output(frame.stream, Buffer.from(frame.data, "base64"));
				if (frame.type === "ended") return { code: frame.code, signal: frame.signal };
				if (frame.type === "failed") throw new Error(`the agent failed: ${frame.message}`);
			}
			throw new Error("the frames ended without a result");
		} finally {
			await this.end();
		}
	}

	// Input for a machine that has ended is dropped: reading from the machine reports its end.
	async #send(frame: HostFrame): Promise<void> {
		const { agent } = this.#qemu;
		if (agent.writable && !agent.write(encodeFrame(frame))) await once(agent, "drain").catch(() => {});
	}

	async #outcome(
		run: Run,
		frames: AsyncIterable<GuestFrame>,
		{ output, onWaits, onStageEnd }: RunListener,
	): Promise<Outcome> {
		try {
			for await (const frame of frames) {
				if (frame.type === "output") output[frame.stream].push(Buffer.from(frame.data, "base64"));
				if (frame.type === "waits") onWaits(frame);
				if (frame.type === "stageEnded") onStageEnd();
				if (frame.type === "report") return this.#kernelFault() ?? checkedOutcome(run, frame.observation);
				if (frame.type === "failed" && frame.disturbed) throw new LostError("disturbed", frame.message);
				if (frame.type === "failed") throw new Error(`the agent failed: ${frame.message}`);
			}
			throw new Error("the frames ended without a result");
		} catch (error) {
			if (!(error instanceof LostError)) throw error;
			return { kind: "lost", how: error.how, detail: error.detail };
		}
	}

	// When the kernel fails while it serves a program, it ends that program and goes on. Only the console shows the
	// fault.
	#kernelFault(): Outcome | null {
		const detail = this.#qemu.consoleTail();
		return showsKernelFault(detail) ? { kind: "lost", how: "guest-fault", detail } : null;
	}

	/** Ends the machine, whatever it is doing. */
	async end(): Promise<void> {
		await this.#qemu.kill();
	}

	async #ping(type: "ping" | "practice"): Promise<number> {
		const startedMs = performance.now();
		for await (const frame of this.#exchange({ type, nonce: newNonce() }, this.deadlineMs))
			if (frame.type === "pong") break;
		return performance.now() - startedMs;
	}

	/**
	 * Continues a paused machine, and sends it a frame that asks for work. Does not send a frame that is too large for the
	 * guest: the guest would refuse it, which would look like a machine that never answered.
	 * @throws {LostError} the frame is too large
	 */
	#sendWork(frame: HostFrame): void {
		const bytes = encodeFrame(frame);
		if (bytes.length > LIMITS.workBytes) throw new LostError("too-large", `${bytes.length >> 20} MiB`);
		void this.#qemu.qmp.execute("cont").catch(() => {});
		this.#qemu.agent.write(bytes);
	}

	/**
	 * Sends a frame, and yields the guest's frames until the caller stops reading.
	 * @param deadlineMs for all frames together; for a session, for the first one only. Loading the machine's state may
	 * take as long again
	 * @throws {RestoreError} the machine was lost before its first answer
	 * @throws {LostError} the machine was lost later, or the frame is too large
	 */
	async *#exchange(work: HostFrame, deadlineMs: number): AsyncGenerator<Exclude<GuestFrame, { type: "ready" }>> {
		const qemu = this.#qemu;
		const tooLate = sleep(deadlineMs, undefined, { ref: false }).then(() => {
			throw new Error("the machine's state was not loaded in time");
		});
		await Promise.race([this.#loaded, tooLate]).catch((cause: Error) => {
			throw new RestoreError(`${cause.message}\n${qemu.stderrTail()}`.trim(), true, { cause });
		});
		this.#sendWork(work);
		const endMs = performance.now() + deadlineMs;
		for (let received = 0; ; received++) {
			const leftMs = work.type === "session" && received > 0 ? Number.POSITIVE_INFINITY : endMs - performance.now();
			const frame = await this.#receiver.next(leftMs).catch((cause: LostError) => {
				// The guest has not begun its work, so the exercise is not the cause.
				throw received === 0 ? new RestoreError(cause.message, !this.#hasAnswered, { cause }) : cause;
			});
			this.#hasAnswered = true;
			if (frame.type === "ready" || frame.nonce !== work.nonce)
				throw new LostError("protocol", "a frame with another nonce");
			yield frame;
		}
	}
}

function startFromTemplate({ accelerator, memory, disk }: Template): Qemu {
	try {
		return startQemu({ accelerator, memory: { path: memory, share: false }, disk, start: { incoming: true } });
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
		throw new RestoreError("the snapshot's files are gone", true, { cause });
	}
}

/** @throws {LostError} the observation does not contain the calls that the run asked for */
function checkedOutcome(run: Pick<Run, "calls">, observation: Observation): Outcome {
	if (Object.keys(run.calls).every((name) => Object.hasOwn(observation.calls, name)))
		return { kind: "observed", observation };
	throw new LostError("protocol", "a report on another run");
}

/** The fields that every run, session and stage begins with. */
export const newWorkFields = () => ({
	nonce: newNonce(),
	entropy: randomBytes(48).toString("base64"),
	timeMs: Date.now(),
});
const newNonce = () => randomBytes(16).toString("hex");
