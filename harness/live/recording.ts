import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { DemoEvent } from "./events.ts";

/** A recording is a file with an event a line. */
export const lineOf = (event: DemoEvent) => `${JSON.stringify(event)}\n`;

/**
 * Reads a recording.
 * @param command what reads it, such as `demo`
 * @param wanted the lesson that it is to be of, if that matters
 * @throws {Failure} usage: it cannot be read, is none, or is of another lesson
 */
export async function readRecording(file: string, command: string, wanted?: string): Promise<DemoEvent[]> {
	const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
		throw new Failure("usage", `${file} cannot be read: ${cause.code}`, "npx drydock demo record 02", { cause });
	});
	const events = text
		.split("\n")
		.flatMap((line, index) => (line.trim() === "" ? [] : [eventIn(line, `${file}:${index + 1}`)]));
	const [head] = events;
	if (head?.type !== "demo")
		throw new Failure("usage", `${file} is no recording of a demo`, "npx drydock demo record 02");
	if (wanted !== undefined && head.lesson !== wanted)
		throw new Failure("usage", `${file} is a recording of ${head.lesson}`, `npx drydock ${command} --from ${file}`);
	return events;
}

function eventIn(line: string, place: string): DemoEvent {
	try {
		return v.parse(DemoEvent, JSON.parse(line));
	} catch (cause) {
		throw new Failure("usage", `${place} is no event of a demo`, "npx drydock demo record 02", { cause });
	}
}
