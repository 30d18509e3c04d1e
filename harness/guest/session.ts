import { setTimeout as sleep } from "node:timers/promises";
import type { GuestFrame, Session, SessionFrame } from "../protocol/index.ts";
import { isUp } from "./harbour.ts";
import { type Interlocutor, startBetweenPipes, startOnTerminal } from "./interlocutor.ts";
import { type ParkedShell, SHELL } from "./parked-shell.ts";
import { prepare, wake } from "./prepare.ts";

/** A program that the command has left behind may hold its output open: after such a silence it is not waited for. */
const SILENCE_MS = 500;

/** The agent's port, while a session or a stage lasts. */
export interface Line<Frame = SessionFrame> {
	hear(): AsyncIterable<Frame>;
	/** Settles when the frame is on its way. */
	say(frame: GuestFrame): Promise<void>;
}

/**
 * Runs a session's program, and copies between it and the host until it has ended. At most one piece in each direction
 * is held here: whoever is slower makes the other wait.
 */
export async function holdSession(session: Session, parked: ParkedShell, line: Line): Promise<void> {
	const { nonce } = session;
	wake(session);
	for (const preparation of session.prepare) await prepare(preparation);
	const program = await begin(session, parked);

	void (async () => {
		for await (const frame of line.hear())
			if (frame.type === "resize") program.resize(frame.window);
			// Who has ended takes no more.
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
		// A reader who takes his time is no silence.
		for (let before = -1; saying > 0 || before !== said; await sleep(SILENCE_MS)) before = said;
	};
	const { code, signal } = await program.ended;
	await Promise.race([Promise.all(copied), silence()]);
	// It restarts the machine, or switches it off: that end says more.
	if (isUp()) await line.say({ type: "ended", nonce, code, signal });
}

async function begin(session: Session, parked: ParkedShell): Promise<Interlocutor> {
	const { window, argv, environment } = session;
	if (window !== null && argv.join(" ") === SHELL) return parked.begin(environment, window);
	await parked.end();
	return window === null ? startBetweenPipes(session) : startOnTerminal(session, window);
}
