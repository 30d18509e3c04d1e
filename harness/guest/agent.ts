import { openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { release } from "node:os";
import { lockMemory } from "../../native/guest.ts";
import {
	encodeFrame,
	FrameDecoder,
	type GuestFrame,
	type HostFrame,
	LIMITS,
	type Run,
	type Session,
} from "../protocol/index.ts";
import { EXAMPLE_READINGS } from "../readings/guest/example-readings.ts";
import { AGENT_PROC } from "../readings/guest/paths.ts";
import { harbourIsUp } from "./harbour.ts";
import { protectFromOom } from "./oom.ts";
import { parkRunner, type RunnerPlace } from "./parked-runner.ts";
import { ParkedShell } from "./parked-shell.ts";
import { Patience } from "./patience.ts";
import { DisturbedError, play } from "./play.ts";
import { chunksOf, writeAll } from "./running-program.ts";
import type { ParkedRunners, Scene } from "./scene.ts";
import { type HostConnection, holdSession } from "./session.ts";
import { holdStage } from "./stage.ts";

/**
 * The agent: the harness's process in the guest. It starts runners, gives them the exercise, lets the probe read what
 * the kernel shows, and reports to the computer outside. It judges nothing. It runs outside of the harbour, which is the
 * part of the machine that learners see: see harbour.ts.
 */

/** One run makes at most this many calls. */
const PARKED_RUNNERS = 6;
/** A practice is a run of the agent's own in a restored machine. It makes one call, and no break-out attempt. */
const PRACTICE_RUNNERS = 1;
/** How many runs the agent rehearses before the snapshot. */
const WARM_UP_RUNS = 2;
/** After this time, a run reports what it waits for, and then again and again at this interval. */
const LONG_RUN_MS = 3_000;
/** How long the harbour's init may take to end after it was killed. */
const HARBOUR_END_MS = 2_000;

const port = openPort();
const chunk = Buffer.alloc(1 << 16);
void main();

async function main(): Promise<void> {
	protectFromOom();
	lockMemory();
	for (let i = 0; i < WARM_UP_RUNS; i++) await rehearse(await parkRunners(1, 1));
	await rehearseSession({ argv: ["sh", "-c", "read -r line"], window: null });
	await rehearseSession({ argv: ["bash"], window: { columns: 80, rows: 24 } });
	const runners = await parkRunners(PARKED_RUNNERS, 1);
	const practiceRunners = await parkRunners(PRACTICE_RUNNERS, 0);
	const shell = ParkedShell.park();
	// Collect garbage now: otherwise every restored machine would have to.
	(globalThis as { gc?: () => void }).gc?.();
	send({ type: "ready", kernel: release() });
	const decoder = new FrameDecoder(LIMITS.workBytes);
	for (;;) for (const frame of receive(decoder)) await handle(frame, runners, practiceRunners, shell);
}

async function parkRunners(callCount: number, escapeCount: number): Promise<ParkedRunners> {
	const park = (count: number, place: RunnerPlace) =>
		Promise.all(Array.from({ length: count }, () => parkRunner(place)));
	return { forCalls: await park(callCount, "harbour"), forEscapes: await park(escapeCount, "outside") };
}

// Blocks the whole process: between two frames the agent has nothing else to do. In a restored machine, a QEMU that
// emulates the processor has to translate every instruction anew. So the shortest path to an answer, without the event
// loop and without a second thread, is the fastest.
function receive(decoder: FrameDecoder): HostFrame[] {
	const length = readSync(port, chunk);
	// read(2) returns 0 while nobody outside is connected.
	if (length === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
	return decoder.push(Buffer.from(chunk.subarray(0, length))) as HostFrame[];
}

async function handle(
	frame: HostFrame,
	runners: ParkedRunners,
	practiceRunners: ParkedRunners,
	shell: ParkedShell,
): Promise<void> {
	const { nonce } = frame;
	if (frame.type === "ping" || frame.type === "practice") {
		if (frame.type === "practice") await rehearse(practiceRunners);
		send({ type: "pong", nonce, monotonicMs: performance.now() });
		return;
	}
	send({ type: "started", nonce });
	try {
		if (frame.type === "run") {
			const output = (stream: "stdout" | "stderr", data: Buffer) =>
				send({ type: "output", nonce, stream, data: data.toString("base64") });
			// A stage of a run is its preparation or one of its steps. A `Stage` is something else: a demo's shells.
			const observation = await play(frame, runners, {
				output,
				onBegin: (scene) => followLongRun(scene, nonce),
				onStageEnd: () => send({ type: "stageEnded", nonce }),
			});
			// If the exercise restarts the machine or switches it off, the machine's end tells more than this report.
			if (!harbourIsUp()) return restartIfUnended();
			send({ type: "report", nonce, observation });
		}
		if (frame.type === "session") await holdSession(frame, shell, connectToHost());
		if (frame.type === "stage") await shell.end().then(() => holdStage(frame, connectToHost()));
	} catch (error) {
		if (!harbourIsUp()) return restartIfUnended();
		const disturbed = error instanceof DisturbedError;
		const { stack } = (disturbed ? error.cause : error) as Error;
		send({ type: "failed", nonce, message: String(stack ?? error).slice(0, 8000), disturbed });
	}
}

// The harbour's init has been killed, and the machine ends with it. But if the exercise has left init almost no processor
// time, init ends only after minutes. The agent then restarts the machine in its place.
function restartIfUnended(): Promise<never> {
	return new Promise(() => {
		new Patience(HARBOUR_END_MS).onEnd(() => writeFileSync(`${AGENT_PROC}/sysrq-trigger`, "b"));
	});
}

// A run that takes long says what it waits for, and the computer outside may give it up. From then on, another thread
// reads the port. That thread does not begin earlier, because a short run is faster without it.
function followLongRun(scene: Scene, nonce: string): void {
	const listen = async () => {
		for await (const frame of connectToHost<HostFrame>().receive()) if (frame.type === "giveUp") scene.giveUp();
	};
	const tell = () => send({ type: "waits", nonce, ...scene.waits() });
	setTimeout(() => {
		tell();
		setInterval(tell, LONG_RUN_MS).unref();
		void listen();
	}, LONG_RUN_MS).unref();
}

// During a session or a stage, other threads read and write the port, because this thread serves a program. During a
// long run, another thread reads the port, and this thread writes it. `receive` has read nothing beyond the frame that
// began the work: the computer outside sends nothing more until it has received "started".
function connectToHost<Frame extends HostFrame>(): HostConnection<Frame> {
	const decoder = new FrameDecoder(LIMITS.workBytes);
	let lastWrite = Promise.resolve();
	return {
		async *receive() {
			for await (const bytes of chunksOf(port)) yield* decoder.push(bytes) as Frame[];
		},
		// Write one frame after the other: a frame may take several writes.
		send: (frame) => {
			lastWrite = lastWrite.then(() => writeAll(port, encodeFrame(frame)));
			return lastWrite;
		},
	};
}

function send(frame: GuestFrame): void {
	const bytes = encodeFrame(frame);
	for (let sent = 0; sent < bytes.length; ) sent += writeSync(port, bytes, sent);
}

// The kernel lets a virtio port be open only once: while the agent has it open, the exercise cannot open it.
function openPort(): number {
	return openSync("/dev/agent", "r+");
}

// Plays a whole run that changes nothing in the harbour. Before the snapshot, this loads and compiles everything. In a
// restored machine that waits for its run, it makes QEMU translate the code that the run will need.
async function rehearse(runners: ParkedRunners): Promise<void> {
	const token = "drydock-warm-up";
	const command = ["/bin/sh", "-c", "echo $0; read -r line; exit 0", token];
	const code = `const k = require("#kernel"); exports.run = () => {
		const pid = k.fork();
		if (pid === 0) {
			k.unshare(k.CLONE_NEWUTS | k.CLONE_NEWIPC | k.CLONE_NEWNS | k.CLONE_NEWNET);
			k.execve("/bin/sh", ${JSON.stringify(command)});
		}
		return k.waitpid(pid).status;
	}`;
	const box = "box";
	const run: Run = {
		...{ type: "run", nonce: "", entropy: "", timeMs: 0, deadlineMs: 60_000, prepare: [], code },
		calls: { [box]: { export: "run", args: [], token } },
		steps: [
			{ do: "call", call: box },
			{ do: "look", as: "during" },
			{ do: "feed", call: box, last: true },
		],
		readings: EXAMPLE_READINGS,
	};
	await play(run, runners, { output: () => {} });
}

async function rehearseSession(session: Pick<Session, "argv" | "window">): Promise<void> {
	// Keeps the typed line out of the shell's history.
	const work = { nonce: "", entropy: "", timeMs: 0, prepare: [], environment: { HISTFILE: "" } };
	await holdSession({ type: "session", ...work, ...session }, ParkedShell.park(), {
		async *receive() {
			yield { type: "input", nonce: "", data: Buffer.from("exit\n").toString("base64") };
		},
		send: () => Promise.resolve(),
	});
}
