import { EXIT } from "../../base/failure.ts";
import { findLesson, readHints } from "../../judge/lessons.ts";
import { currentLesson, logbook, recordHints } from "../../learner/course.ts";
import { type Page, pageOf } from "../../learner/logbook.ts";
import { renderMarkdown } from "../text/markdown.ts";
import { printJson, style } from "../text/terminal.ts";

/**
 * `drydock hint`: one more of the lesson's hints each time; after the last, one that the last attempt gives.
 * @returns the exit code
 */
export async function hint(id: string | undefined, { all, json }: { all?: boolean; json?: boolean }): Promise<number> {
	const lesson = id === undefined ? await currentLesson() : await findLesson(id);
	const [rungs, page] = await Promise.all([readHints(lesson), logbook().then((book) => pageOf(book, lesson))]);
	const derived = derivedHint(page);
	const hints = [...rungs, ...(derived === null ? [] : [derived])];
	const shown = all ? page.hintsShown : Math.min(page.hintsShown + 1, hints.length);
	const chosen = hints.slice(all ? 0 : shown - 1, shown);
	if (!all) await recordHints(lesson, shown);
	if (json) {
		printJson({ schemaVersion: 1, lesson: lesson.id, hints: chosen, shown, of: rungs.length });
		return EXIT.passed;
	}
	const first = all ? 1 : shown;
	const sections = chosen.map((text, index) => `## ${headline(first + index, rungs.length)}\n\n${text}\n`);
	const again = chosen.length === 0 ? `You have seen no hint yet; npx drydock hint ${lesson.id} shows one.\n` : "";
	process.stdout.write(again || renderMarkdown(`# ${lesson.title}\n\n${sections.join("\n")}`, style()));
	const { attempts } = page;
	if (!all && shown === rungs.length && page.hintsShown >= shown)
		process.stdout.write(
			`\nThat was the last one. ${attempts === 0 ? "The check" : "Another check"} may say more: npx drydock check ${lesson.id}\n`,
		);
	return EXIT.passed;
}

const headline = (number: number, of: number) => (number > of ? "From your last attempt" : `Hint ${number} of ${of}`);

// Of an attempt that has not passed, what its report had to say about the first difference.
function derivedHint({ lastAttempt }: Page): string | null {
	const [first] = lastAttempt?.findings ?? [];
	if (first === undefined) return null;
	const see = first.see.length === 0 ? "" : `\n\nTo read: ${first.see.join("; ")}.`;
	return `What differs: ${first.what}.\n\n${first.try}${see}`;
}
