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
	await (raw ? paged(source) : pagedMarkdown(source));
	return EXIT.passed;
}

/** Shows a Markdown text on the terminal, through the pager if it is long. */
export async function pagedMarkdown(source: string): Promise<void> {
	await paged(await rendered(source));
}

async function rendered(source: string): Promise<string> {
	const style = outputStyle();
	const { highlightCode } = style.color ? await import("../text/markdown/highlight.ts") : {};
	return renderMarkdown(source, style, highlightCode);
}
