import { setTimeout as sleep } from "node:timers/promises";
import type { GuestFrame, Session, SessionFrame } from "../protocol/index.ts";
import { isUp } from "./harbour.ts";
import { type Interlocutor, startBetweenPipes, startOnTerminal } from "./interlocutor.ts";
import { type ParkedShell, SHELL } from "./parked-shell.ts";
import { prepare, wake } from "./prepare.ts";

/**
 * After the command has ended, the agent waits for output until none has come for this long. It does not wait for the
 * end of the output: a process that the command left behind may keep the output open.
 */
const SILENCE_MS = 500;

/** The agent's connection to the host during a session or a stage. */
export interface Line<Frame = SessionFrame> {
	hear(): AsyncIterable<Frame>;
	/** Resolves when the frame has been written. */
	say(frame: GuestFrame): Promise<void>;
}

/**
 * Runs a session's program, and copies data between the program and the host until the program has ended. The agent
 * holds at most one piece of each stream, so a slow reader makes its writer wait.
 */
export async function holdSession(session: Session, parked: ParkedShell, line: Line): Promise<void> {
	const { nonce } = session;
	wake(session);
	for (const preparation of session.prepare) await prepare(preparation);
	const program = await begin(session, parked);

	void (async () => {
		for await (const frame of line.hear())
			if (frame.type === "resize") program.resize(frame.window);
			// A program that has ended takes no more input.
			else await program.input(Buffer.from(frame.data, "base64")).catch(() => {});
	})();

	let saying = 0;
	let said = 0;
	const copied = program.outputs.map(async ({ stream, chunks }) => {
		for await (const chunk of chunks) {
			saying += 1;
			await line.say({ type: "output", nonce, stream, data: chunk.toString("base64") });
			saying -= 1;
			said += 1;
		}
	});
	const silence = async () => {
		// While a frame is still being written, the host is only slow to read.
		for (let before = -1; saying > 0 || before !== said; await sleep(SILENCE_MS)) before = said;
	};
	const { code, signal } = await program.ended;
	await Promise.race([Promise.all(copied), silence()]);
	// If the command restarts the machine or switches it off, the machine's end tells the host more than this frame.
	if (isUp()) await line.say({ type: "ended", nonce, code, signal });
}

async function begin(session: Session, parked: ParkedShell): Promise<Interlocutor> {
	const { window, argv, environment } = session;
	if (window !== null && argv.join(" ") === SHELL) return parked.begin(environment, window);
	await parked.end();
	return window === null ? startBetweenPipes(session) : startOnTerminal(session, window);
}
