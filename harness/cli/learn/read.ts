import { EXIT } from "../../base/failure.ts";
import { findLesson, readLesson } from "../../judge/lessons.ts";
import { currentLesson } from "../../learner/course.ts";
import { renderMarkdown } from "../text/markdown.ts";
import { paged } from "../text/pager.ts";
import { outputStyle } from "../text/terminal.ts";

/** `drydock read`. @returns the exit code */
export async function read(id: string | undefined, { raw }: { raw?: boolean }): Promise<number> {
	const lesson = id === undefined ? await currentLesson() : await findLesson(id);
	const source = await readLesson(lesson);
	await paged(raw ? source : await rendered(source));
	return EXIT.passed;
}

async function rendered(source: string): Promise<string> {
	const style = outputStyle();
	const { highlightCode } = style.color ? await import("../text/markdown/highlight.ts") : {};
	return renderMarkdown(source, style, highlightCode);
}
