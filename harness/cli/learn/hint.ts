import { EXIT } from "../../base/failure.ts";
import { findLesson } from "../../judge/lessons.ts";
import { currentLesson } from "../../learner/course.ts";
import { hintsFor, recordNextHint } from "../../learner/hints.ts";
import { renderMarkdown } from "../text/markdown.ts";
import { outputStyle, printJson } from "../text/terminal.ts";

/**
 * `drydock hint`: shows the lesson's next hint. After all of them, shows one that is made from the last attempt, if that
 * attempt failed; otherwise shows the last hint again. With `--all`, shows all hints that were already seen.
 * @returns the exit code
 */
export async function hint(id: string | undefined, { all, json }: { all?: boolean; json?: boolean }): Promise<number> {
	const lesson = id === undefined ? await currentLesson() : await findLesson(id);
	const hints = await hintsFor(lesson);
	const shown = all ? hints.shown : await recordNextHint(lesson, hints);
	const chosen = hints.all.slice(all ? 0 : shown - 1, shown);
	const { written, attempts } = hints;
	if (json) {
		printJson({ schemaVersion: 1, lesson: lesson.id, hints: chosen, shown, of: written });
		return EXIT.passed;
	}
	const first = all ? 1 : shown;
	const sections = chosen.map((text, index) => `## ${headline(first + index, written)}\n\n${text}\n`);
	const noneSeen = chosen.length === 0 ? `You have seen no hint yet. To see one: npx drydock hint ${lesson.id}\n` : "";
	process.stdout.write(noneSeen || renderMarkdown(`# ${lesson.title}\n\n${sections.join("\n")}`, outputStyle()));
	if (!all && shown === written && hints.shown >= shown)
		process.stdout.write(
			`\nThat was the last hint. ${attempts === 0 ? "The check" : "Another check"} may say more: npx drydock check ${lesson.id}\n`,
		);
	return EXIT.passed;
}

const headline = (number: number, of: number) => (number > of ? "From your last attempt" : `Hint ${number} of ${of}`);
