import { currentLesson } from "../course.ts";
import { EXIT } from "../failure.ts";
import { findLesson, readLesson } from "../lessons.ts";
import { renderMarkdown } from "./markdown.ts";
import { style } from "./terminal.ts";

/** `drydock read`. @returns the exit code */
export async function read(id: string | undefined, { raw }: { raw?: boolean }): Promise<number> {
	const lesson = id === undefined ? await currentLesson() : await findLesson(id);
	const source = await readLesson(lesson);
	process.stdout.write(raw ? source : renderMarkdown(source, style()));
	return EXIT.passed;
}
