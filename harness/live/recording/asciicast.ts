import type { DemoEvent, Size } from "../events.ts";

/** How long a cast waits for a text to be read: per word, and once per text in addition. */
const WORD_MS = 280;
const TEXT_MS = 1_200;
/** The longest pause between two of the demo's events; longer pauses are cut to this. */
const PAUSE_MS_MAX = 1_500;

/** Turns events into what an audience sees on a terminal. */
export interface TerminalPainter {
	apply(event: DemoEvent): Promise<void>;
	/** The escape sequences that show what has changed since the last call; empty if nothing has. */
	paint(): string;
}

/**
 * Makes a cast of a demo that has been played, with pauses that leave time to read.
 * @returns the text of an asciicast, version 2
 * @see https://docs.asciinema.org/manual/asciicast/v2/
 */
export async function asciicastOf(
	events: readonly DemoEvent[],
	{ columns, rows }: Size,
	painter: TerminalPainter,
): Promise<string> {
	const [head] = events;
	const title = head?.type === "demo" ? head.title : "";
	const lines: unknown[] = [{ version: 2, width: columns, height: rows, title }];
	let atMs = 0;
	let beforeMs = 0;
	for (const event of events) {
		atMs += Math.min(PAUSE_MS_MAX, Math.max(0, event.atMs - beforeMs));
		beforeMs = event.atMs;
		await painter.apply(event);
		const data = painter.paint();
		if (data !== "") lines.push([atMs / 1000, "o", data]);
		if (event.type === "step" && head?.type === "demo") atMs += readingMs(head, event);
	}
	return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

function readingMs(
	{ steps }: Extract<DemoEvent, { type: "demo" }>,
	{ step, phase }: Extract<DemoEvent, { type: "step" }>,
): number {
	const { narration = "", look = "" } = steps[step - 1] ?? {};
	const words = (text: string) => text.split(/\s+/).length * WORD_MS;
	if (phase === "told") return TEXT_MS + words(narration);
	return phase === "done" ? TEXT_MS + words(look) : 0;
}
