import { realpath } from "node:fs/promises";
import * as v from "valibot";
import { Failure } from "../../base/failure.ts";
import { allPrintable } from "../../base/printable.ts";
import { readRegularFile } from "../../base/regular-file.ts";
import { DemoEvent } from "../events.ts";
import { RecordedView } from "./recorded-view.ts";

/**
 * A recording is a file with one event per line. It may come from anybody. So its size is limited, and characters in
 * its texts that could act on a terminal are replaced. Only the output of its shells is kept as it is: it goes to a
 * terminal emulator; see screen.ts.
 */

const RECORDING_BYTES_MAX = 64 << 20;
/** Many times the number of events in the longest demo. */
const EVENTS_MAX = 20_000;

/**
 * Limits for events that are costly to show, because they repaint much or make a new terminal. Higher than any demo
 * needs.
 */
const COUNT_MAX = { step: 1_000, size: 1_000, screen: 1_000 } as Partial<Record<DemoEvent["type"], number>>;
/**
 * Limits for all events together. The texts of steps have the lowest limit, because they are wrapped when they are
 * shown. `OUTPUT_CHARS_MAX` is for the answers, and `TERMINAL_CHARS_MAX` for the output of the shells' terminals.
 */
const STEP_CHARS_MAX = 512 << 10;
const OUTPUT_CHARS_MAX = 4 << 20;
const TERMINAL_CHARS_MAX = 8 << 20;

/** An event as a line of a recording. Control characters are escaped, so that the file can be shown on a terminal. */
export const lineOf = (event: DemoEvent) => `${JSON.stringify(event).replaceAll(CONTROLS, escaped)}\n`;

const CONTROLS = /[\p{C}\p{Zl}\p{Zp}]/gu;
const escaped = (character: string) =>
	Array.from({ length: character.length }, (_, at) => {
		return `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
	}).join("");

/**
 * Reads a recording.
 * @param command the drydock command to name in the error message, such as `demo`
 * @param wanted id of the lesson that the recording must be of; any lesson if not given
 * @throws {Failure} usage: the file cannot be read, is not a recording, exceeds a limit, or is of another lesson
 */
export async function readRecording(file: string, command: string, wanted?: string): Promise<DemoEvent[]> {
	const text = await realpath(file)
		.then((path) => readRegularFile(path, RECORDING_BYTES_MAX))
		.catch((cause: NodeJS.ErrnoException) => {
			const what = `${file} cannot be read: ${cause.code ?? cause.message}`;
			throw new Failure("usage", what, "npx drydock demo record 02", { cause });
		});
	return parseRecording(text.toString(), file, command, wanted);
}

/** Parses the text of a recording. For parameters and errors, see {@link readRecording}. */
export function parseRecording(text: string, file: string, command: string, wanted?: string): DemoEvent[] {
	const refused = (what: string) => new Failure("usage", `${file}${what}`, "npx drydock demo record 02");
	const events: DemoEvent[] = [];
	let lineNumber = 0;
	for (let at = 0; at < text.length; lineNumber++) {
		const end = text.indexOf("\n", at);
		const line = text.slice(at, end === -1 ? text.length : end);
		at = end === -1 ? text.length : end + 1;
		if (line.trim() === "") continue;
		if (events.length === EVENTS_MAX) throw refused(` has more than ${EVENTS_MAX} events`);
		const event = parseEvent(line);
		if (event === null) throw refused(`:${lineNumber + 1} is not an event of a demo`);
		events.push(event);
	}
	const [head, ...rest] = events;
	if (head?.type !== "demo" || rest.some(({ type }) => type === "demo")) throw refused(" is not a recording of a demo");
	if (rest.some((event) => "step" in event && event.step > head.steps.length))
		throw refused(" has an event of a step that its demo does not have");
	const tooMuch = exceededLimit(head, rest);
	if (tooMuch !== null) throw refused(tooMuch);
	if (wanted !== undefined && head.lesson !== wanted)
		throw new Failure("usage", `${file} is a recording of ${head.lesson}`, `npx drydock ${command} --from ${file}`);
	return events;
}

/** Says which limit a recording exceeds; null if it exceeds none. */
function exceededLimit(head: Extract<DemoEvent, { type: "demo" }>, events: readonly DemoEvent[]): string | null {
	const counts = new Map<DemoEvent["type"], number>();
	let [stepChars, outputChars, terminalChars] = [0, 0, 0];
	for (const event of events) {
		const count = (counts.get(event.type) ?? 0) + 1;
		counts.set(event.type, count);
		const most = COUNT_MAX[event.type] ?? EVENTS_MAX;
		if (count > most) return ` has more than ${most} events of the type ${event.type}`;
		if (event.type === "output" || event.type === "screen") terminalChars += event.data.length;
		if (event.type === "answer") outputChars += event.output.length;
		if (event.type === "down") stepChars += event.how.length;
		if (event.type === "step") stepChars += charsOfStep(head, event);
		if (stepChars > STEP_CHARS_MAX) return ` has more than ${STEP_CHARS_MAX} characters in the texts of its steps`;
		if (outputChars > OUTPUT_CHARS_MAX)
			return ` has more than ${OUTPUT_CHARS_MAX} characters of output in its events of the type answer`;
		if (terminalChars > TERMINAL_CHARS_MAX) return ` has more than ${TERMINAL_CHARS_MAX} characters of terminal output`;
	}
	return null;
}

function charsOfStep(
	{ steps }: Extract<DemoEvent, { type: "demo" }>,
	{ step, phase }: Extract<DemoEvent, { type: "step" }>,
): number {
	const { narration = "", command = "", look = "" } = steps[step - 1] ?? {};
	const texts = { told: narration, typing: "", running: command, done: look };
	return texts[phase].length;
}

function parseEvent(line: string): DemoEvent | null {
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), DemoEvent), line, { abortEarly: true });
	if (!parsed.success) return null;
	const event = parsed.output;
	if (event.type === "output" || event.type === "screen") return event;
	if (event.type !== "view") return allPrintable(event);
	const view = v.safeParse(RecordedView, event.view, { abortEarly: true });
	return view.success ? allPrintable({ ...event, view: view.output }) : null;
}
