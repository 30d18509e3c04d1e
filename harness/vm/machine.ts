import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import {
	encodeFrame,
	type GuestFrame,
	type HostFrame,
	LIMITS,
	type Observation,
	type Run,
	type Session,
	type SessionFrame,
	type WindowSize,
} from "../protocol/index.ts";
import { failedByItself } from "./last-words.ts";
import { Listener, type Loss, LostError } from "./listener.ts";
import { processorShare, processorTime } from "./processor-share.ts";
import { loadState, type Qemu, startQemu } from "./qemu.ts";
import type { Template } from "./template.ts";

/**
 * A run without what the machine itself adds; the deadline only where it is not {@link Machine.deadlineMs}.
 * - `patienceMs`: what such a run should take at most; the machine's own deadline, if that comes earlier
 */
export type RunRequest = Omit<Run, "type" | "nonce" | "entropy" | "timeMs" | "deadlineMs"> & {
	deadlineMs?: number;
	patienceMs?: number;
};

/** A session without what the machine itself adds. */
export type SessionRequest = Omit<Session, "type" | "nonce" | "entropy" | "timeMs">;

/** Who talks to a session's program. */
export interface Client {
	/** The machine is there: from now on there can be input. */
	started(speak: {
		/** Without a terminal, no bytes are the end of input. Settles when there is room for more. */
		input(data: Buffer): Promise<void>;
		resize(window: WindowSize): Promise<void>;
	}): void;
	/** Takes what the program has written. Settles when there is room for more. */
	output(stream: "stdout" | "stderr", data: Buffer): Promise<void>;
}

/** How a session's program ended. */
export type SessionEnd = { code: number | null; signal: string | null };

/** How a run ended, as far as the machine can tell. */
export type Outcome = { kind: "observed"; observation: Observation } | { kind: "lost"; how: Loss; detail: string };

/** The machine was lost before its work began: the exercise is not to blame. */
export class RestoreError extends Error {
	override readonly name = "RestoreError";

	constructor(
		message: string,
		/** It never came to life at all: its template is damaged. One that has answered was well restored. */
		readonly templateDamaged: boolean,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

/** What the exercise printed, as far as it was kept. */
export interface Output {
	stdout: Buffer[];
	stderr: Buffer[];
}

/** What came of a run. */
export interface PlayedRun {
	outcome: Outcome;
	output: Output;
	/** How much of the processor time that the machine asked for it was given: see {@link processorShare}. */
	processorShare: number;
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
	readonly #listener: Listener;
	#hasAnswered = false;

	private constructor(template: Template, qemu: Qemu) {
		this.#template = template;
		this.#qemu = qemu;
		this.#listener = new Listener(qemu);
		this.#loaded = loadState(qemu, template.state);
	}

	/**
	 * Starts to restore a machine.
	 * @throws {RestoreError} another process has just removed the template's files
	 */
	static restore(template: Template): Machine {
		const machine = new Machine(template, startOn(template));
		// Whoever uses the machine hears of it; one that nobody uses must not end the process.
		machine.#loaded.catch(() => {});
		return machine;
	}

	/**
	 * Has it answer once, and pauses it until its next frame: what an answer needs is then in memory and, in emulation,
	 * translated.
	 * @param first "practice" has it play a run of its own before, so that the same goes for most of what a run needs
	 */
	async rest(first: "ping" | "practice" = "ping"): Promise<void> {
		await this.#ask(first);
		await this.#qemu.qmp.execute("stop");
	}

	/** The QEMU process. */
	get pid(): number {
		return this.#qemu.pid;
	}

	/** Asks the agent for an answer. @returns milliseconds until it came */
	ping(): Promise<number> {
		return this.#ask("ping");
	}

	/** What an exercise may take. */
	get deadlineMs(): number {
		return deadlineFor(this.#template);
	}

	/**
	 * Plays one scenario and ends the machine.
	 * @throws {Error} the machine could not be restored
	 */
	async play(request: RunRequest): Promise<PlayedRun> {
		const { patienceMs = Number.POSITIVE_INFINITY, ...asked } = request;
		const { deadlineMs = Math.round(Math.min(this.deadlineMs, patienceMs)) } = asked;
		const run: Run = { type: "run", ...newWork(), ...asked, deadlineMs };
		const output: Output = { stdout: [], stderr: [] };
		try {
			// The agent keeps the deadline itself, and says more about it than silence can; so it gets some more time.
			const silenceMs = deadlineMs + Math.min(this.#template.bootMs, patienceMs);
			const before = await processorTime(this.pid);
			const outcome = await this.#outcome(run, this.#converse(run, silenceMs), output);
			return { outcome, output, processorShare: processorShare(before, await processorTime(this.pid)) };
		} finally {
			await this.end();
		}
	}

	/**
	 * Runs a program that the client talks to, and ends the machine when the program has ended.
	 * @throws {LostError} the machine was lost before
	 */
	async hold(request: SessionRequest, client: Client): Promise<SessionEnd> {
		const session: Session = { type: "session", ...newWork(), ...request };
		const { nonce } = session;
		this.#listener.liftLimit();
		let started = false;
		try {
			for await (const said of this.#converse(session, this.deadlineMs)) {
				if (said.type === "started" && !started)
					client.started({
						input: (data) => this.#send({ type: "input", nonce, data: data.toString("base64") }),
						resize: (window) => this.#send({ type: "resize", nonce, window }),
					});
				started = true;
				if (said.type === "output") await client.output(said.stream, Buffer.from(said.data, "base64"));
				if (said.type === "ended") return { code: said.code, signal: said.signal };
				if (said.type === "failed") throw new Error(`the agent failed: ${said.message}`);
			}
			throw new Error("a conversation without an end");
		} finally {
			await this.end();
		}
	}

	// A machine that has ended takes nothing; whoever listens hears of it.
	async #send(frame: SessionFrame): Promise<void> {
		const { agent } = this.#qemu;
		if (agent.writable && !agent.write(encodeFrame(frame))) await once(agent, "drain").catch(() => {});
	}

	async #outcome(run: Run, conversation: AsyncIterable<GuestFrame>, output: Output): Promise<Outcome> {
		try {
			for await (const said of conversation) {
				if (said.type === "output") output[said.stream].push(Buffer.from(said.data, "base64"));
				if (said.type === "report") return this.#kernelFault() ?? observed(run, said.observation);
				if (said.type === "failed" && said.disturbed) throw new LostError("disturbed", said.message);
				if (said.type === "failed") throw new Error(`the agent failed: ${said.message}`);
			}
			throw new Error("a conversation without an end");
		} catch (error) {
			if (!(error instanceof LostError)) throw error;
			return { kind: "lost", how: error.how, detail: error.detail };
		}
	}

	// A kernel that has failed in some program's service ends that program, and goes on.
	#kernelFault(): Outcome | null {
		const detail = this.#qemu.consoleTail();
		return failedByItself(detail) ? { kind: "lost", how: "guest-fault", detail } : null;
	}

	/** Ends the machine, whatever it is doing. */
	async end(): Promise<void> {
		await this.#qemu.kill();
	}

	async #ask(type: "ping" | "practice"): Promise<number> {
		const startedMs = performance.now();
		for await (const said of this.#converse({ type, nonce: newNonce() }, this.deadlineMs))
			if (said.type === "pong") break;
		return performance.now() - startedMs;
	}

	/** A frame that the guest would refuse is not sent: that would look as if it had never come to life. @throws {LostError} */
	#begin(frame: HostFrame): void {
		const bytes = encodeFrame(frame);
		if (bytes.length > LIMITS.workBytes) throw new LostError("too-large", `${bytes.length >> 20} MiB`);
		void this.#qemu.qmp.execute("cont").catch(() => {});
		this.#qemu.agent.write(bytes);
	}

	/** Sends a frame and yields what is said, until the caller has heard enough; a session may last. @throws {RestoreError} | {LostError} */
	async *#converse(frame: HostFrame, deadlineMs: number): AsyncGenerator<Exclude<GuestFrame, { type: "ready" }>> {
		const qemu = this.#qemu;
		const tooLate = sleep(deadlineMs, undefined, { ref: false }).then(() => {
			throw new Error("the machine's state was not loaded in time");
		});
		await Promise.race([this.#loaded, tooLate]).catch((cause: Error) => {
			throw new RestoreError(`${cause.message}\n${qemu.complaints()}`.trim(), true, { cause });
		});
		this.#begin(frame);
		const endMs = performance.now() + deadlineMs;
		for (let heard = 0; ; heard++) {
			const leftMs = frame.type === "session" && heard > 0 ? Number.POSITIVE_INFINITY : endMs - performance.now();
			const said = await this.#listener.next(leftMs).catch((cause: LostError) => {
				// Nothing has been started yet: it is not the exercise that has lost the machine.
				throw heard === 0 ? new RestoreError(cause.message, !this.#hasAnswered, { cause }) : cause;
			});
			this.#hasAnswered = true;
			if (said.type === "ready" || said.nonce !== frame.nonce)
				throw new LostError("protocol", "a frame of another run");
			yield said;
		}
	}
}

function startOn({ accelerator, memory, disk }: Template): Qemu {
	try {
		return startQemu({ accelerator, memory: { path: memory, share: false }, disk, start: { incoming: true } });
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
		throw new RestoreError("the snapshot's files are gone", true, { cause });
	}
}

/** @throws {LostError} it is not about what was asked for */
function observed(run: Pick<Run, "calls">, observation: Observation): Outcome {
	if (Object.keys(run.calls).every((name) => Object.hasOwn(observation.calls, name)))
		return { kind: "observed", observation };
	throw new LostError("protocol", "a report on another run");
}

/** What work may take on this computer: from how long the guest takes to boot, and how busy it is now. */
export function deadlineFor({ bootMs }: Template): number {
	const [load = 0] = loadavg();
	const busy = Math.min(4, Math.max(1, load / cpus().length));
	// Generous: only what hangs ever waits for it, and a right exercise must not meet it on a computer that is busy.
	return Math.round((3_000 + bootMs * 0.75) * busy);
}

/** What every work begins with. */
export const newWork = () => ({
	nonce: newNonce(),
	entropy: randomBytes(48).toString("base64"),
	timeMs: Date.now(),
});
const newNonce = () => randomBytes(16).toString("hex");
