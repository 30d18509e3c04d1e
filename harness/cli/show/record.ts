import { EXIT, Failure } from "../../base/failure.ts";
import { visibleProgress } from "../../base/progress.ts";
import { writeNew } from "../../learner/without-overwriting.ts";
import type { DemoEvent, Size } from "../../live/events.ts";
import { findDemo } from "../../live/machine/own-demo.ts";
import { playToEnd } from "../../live/machine/play-to-end.ts";
import { asciicastOf, type TerminalPainter } from "../../live/recording/asciicast.ts";
import { lineOf } from "../../live/recording/recording.ts";
import { repaintSequences } from "./full-screen.ts";
import { NOTHING_CHOSEN, Slides } from "./slides.ts";

const SIZE = { columns: 120, rows: 36 };

/**
 * `drydock demo record`: plays a demo to its end, and writes its events to a file. The file is an asciicast if its
 * name ends in .cast, and a recording otherwise.
 * @returns the exit code
 * @throws {Failure} failed: the demo did not keep a promise, or its machine went down, and nothing is written; usage:
 * the file exists already, or cannot be written
 */
export async function recordDemo(id: string, { out }: { out?: string }): Promise<number> {
	const lesson = await findDemo(id);
	const file = out ?? `${lesson.id}.demo.jsonl`;
	const events: DemoEvent[] = [];
	const isKept = await playToEnd(lesson, (event) => void events.push(event), Slides.shellSize(SIZE), visibleProgress);
	if (!isKept)
		throw new Failure(
			"failed",
			"the demo did not keep its promises, or its machine went down; nothing was written",
			`npx drydock demo rehearse ${id}`,
		);
	const text = file.endsWith(".cast") ? await asciicastOf(events, SIZE, painter(SIZE)) : events.map(lineOf).join("");
	const isNew = await writeNew(file, Buffer.from(text)).catch((error: NodeJS.ErrnoException) => {
		throw new Failure("usage", `${file} cannot be written (${error.code})`, "--out ANOTHER-FILE");
	});
	if (!isNew) throw new Failure("usage", `${file} exists already, and was not changed`, "--out ANOTHER-FILE");
	const next = file.endsWith(".cast") ? `asciinema play ${file}` : `npx drydock demo --from ${file}`;
	process.stdout.write(`The demo is recorded in ${file}.\nshow it    ${next}\n`);
	return EXIT.passed;
}

function painter(size: Size): TerminalPainter {
	const slides = new Slides(Slides.shellSize(size), true);
	let before: string[] = [];
	return {
		apply: (event) => slides.apply(event),
		paint: () => {
			const { lines } = slides.paint(size, { ...NOTHING_CHOSEN, message: " " });
			if (lines.join("\n") === before.join("\n")) return "";
			const data = repaintSequences(before, lines, null);
			before = lines;
			return data;
		},
	};
}
