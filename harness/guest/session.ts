import { setTimeout as sleep } from "node:timers/promises";
import type { GuestFrame, Session, SessionFrame } from "../protocol/index.ts";
import { harbourIsUp } from "./harbour.ts";
import { type ParkedShell, SHELL } from "./parked-shell.ts";
import { prepare, setUpRestoredMachine } from "./prepare.ts";
import { type RunningProgram, startOnPipes, startOnTerminal } from "./running-program.ts";

/**
 * After the program has ended, the agent waits for output until none has come for this long. It does not wait for the
 * end of the output: a process that the program left behind may keep the output open.
 */
const SILENCE_MS = 500;

/** The agent's connection to the computer outside during a session or a stage. */
export interface HostConnection<Frame = SessionFrame> {
	receive(): AsyncIterable<Frame>;
	/** Resolves when the frame has been written. */
	send(frame: GuestFrame): Promise<void>;
}

/**
 * Runs a session's program, and copies data between the program and the computer outside until the program has ended.
 * The agent holds at most one piece of each stream, so a slow reader makes its writer wait.
 * @param parked becomes the program if the session asks for this shell on a terminal; otherwise, the shell is ended
 */
export async function holdSession(session: Session, parked: ParkedShell, connection: HostConnection): Promise<void> {
	const { nonce } = session;
	setUpRestoredMachine(session);
	for (const preparation of session.prepare) await prepare(preparation);
	const program = await startProgram(session, parked);

	void (async () => {
		for await (const frame of connection.receive())
			if (frame.type === "resize") program.resize(frame.window);
			// A program that has ended takes no more input.
			else await program.input(Buffer.from(frame.data, "base64")).catch(() => {});
	})();

	let framesInWriting = 0;
	let framesWritten = 0;
	const copied = program.outputs.map(async ({ stream, chunks }) => {
		for await (const chunk of chunks) {
			framesInWriting += 1;
			await connection.send({ type: "output", nonce, stream, data: chunk.toString("base64") });
			framesInWriting -= 1;
			framesWritten += 1;
		}
	});
	const untilSilent = async () => {
		// While a frame is still being written, the computer outside is only slow to read.
		for (let before = -1; framesInWriting > 0 || before !== framesWritten; await sleep(SILENCE_MS))
			before = framesWritten;
	};
	const { code, signal } = await program.ended;
	await Promise.race([Promise.all(copied), untilSilent()]);
	// If the program restarts the machine or switches it off, the machine's end tells more than this frame.
	if (harbourIsUp()) await connection.send({ type: "ended", nonce, code, signal });
}

async function startProgram(session: Session, parked: ParkedShell): Promise<RunningProgram> {
	const { window, argv, environment } = session;
	if (window !== null && argv.join(" ") === SHELL) return parked.start(environment, window);
	await parked.end();
	return window === null ? startOnPipes(session) : startOnTerminal(session, window);
}
